import { main } from "./main.mjs";
import { setUpToBuild } from "./setup/set-up.mjs";

await main(setUpToBuild);
