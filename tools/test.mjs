import { availableParallelism } from "node:os";
import { join } from "node:path";
import { main } from "./main.mjs";
import { nodeOfClone, root } from "./root.mjs";
import { attend } from "./run.mjs";
import { say } from "./say.mjs";
import { setUp } from "./setup/set-up.mjs";

const given = process.argv.slice(2);
const tests = given.some((arg) => /^(\.\/)?test\//.test(arg)) ? [] : ["test/**/*.test.{ts,mjs}"];
const parallel = ["--parallel", `--jobs=${availableParallelism()}`];

const steps = [
  { says: "Checking the types", tool: "typescript/bin/tsc", args: ["-p", "tsconfig.json"] },
  {
    says: "Checking the types of the dashboard's script",
    tool: "typescript/bin/tsc",
    args: ["-p", "provider/dashboard/client"],
  },
  { says: "Linting", tool: "eslint/bin/eslint.js", args: ["."] },
  {
    says: "Checking the format",
    tool: "prettier/bin/prettier.cjs",
    args: ["--check", "--log-level=warn", "."],
  },
  {
    says: "Running the tests",
    tool: "mocha/bin/mocha.js",
    args: [...parallel, "--reporter=tools/reporter.mjs", ...given, ...tests],
  },
];

await main(async () => {
  const { env } = await setUp();
  for (const { says, tool, args } of steps) {
    say(says);
    const code = await attend(nodeOfClone, [join(root, "node_modules", tool), ...args], { cwd: root, env });
    if (code !== 0) return code;
  }
});
