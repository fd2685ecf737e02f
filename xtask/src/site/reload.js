
// While the page is being worked on: reloads once the server names another version of this file.
const own = new URL(import.meta.url).pathname;
const look = async () => {
  try {
    const page = await fetch("/", { cache: "no-store" });
    if (page.ok && !(await page.text()).includes(own)) location.reload();
  } catch {
    // The server is being restarted.
  }
};
setInterval(look, 1000);
