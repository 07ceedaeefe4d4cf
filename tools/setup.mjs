import { main } from "./main.mjs";
import { say } from "./say.mjs";
import { setUp } from "./setup/set-up.mjs";

await main(async () => {
  const { pulumi } = await setUp();
  say(`Everything is set up. Pulumi CLI: ${pulumi}`);
});
