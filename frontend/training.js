// Starts the page of training in the browser. The build puts in the hashed names of both files.
import init, { hydrate_training } from "./app.js";

await init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) });
hydrate_training();
