// Starts the page in the browser. The build puts in the hashed names of both files.
import init, { hydrate } from "./app.js";

// What can be read is painted before the module is asked for: on a slow line it would take the room of the fonts and the
// photo. A page in the background is not painted at all, and does not wait for it.
const painted = new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
await Promise.race([painted, new Promise((done) => setTimeout(done, 1000))]);
await init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) });
hydrate();
