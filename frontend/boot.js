// Starts the page in the browser. The build puts in the hashed names of the files.
import init, { hydrate } from "./app.js";

// The fonts come after the photo: on a slow line they would take its room, and the fallbacks keep theirs.
const photo = document.querySelector(".picture-frame img");
const nameFonts = () => {
  const fonts = document.createElement("link");
  fonts.rel = "stylesheet";
  fonts.href = new URL("./fonts.css", import.meta.url);
  document.head.append(fonts);
};
if (photo && !photo.complete) {
  photo.addEventListener("load", nameFonts, { once: true });
  photo.addEventListener("error", nameFonts, { once: true });
} else {
  nameFonts();
}

// What can be read is painted before the module is asked for: on a slow line it would take the room of the photo and
// the fonts. A page in the background is not painted at all, and does not wait for it.
const painted = new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
await Promise.race([painted, new Promise((done) => setTimeout(done, 1000))]);
await init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) });
hydrate();
