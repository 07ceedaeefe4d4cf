import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Command } from "commander";
import { describe as described } from "../../provider/cli/completion/describe";
import { scriptFor } from "../../provider/cli/completion/scripts";

const program = described(
  new Command("workers-release")
    .addCommand(
      new Command("status")
        .description("Shows it: all")
        .argument("[script]")
        .option("-w, --watch", "goes on"),
    )
    .addCommand(
      new Command("plan")
        .description("Somebody's plans")
        .addCommand(new Command("check").description("Checks").option("--format <format>", "how"))
        .addCommand(new Command("show").description("Shows")),
    ),
);

/** What bash offers for a line of words, the last of which is not finished. */
function offered(...line: string[]): string[] {
  const words = ["workers-release", ...line].map((word) => `'${word}'`).join(" ");
  const ask = `${scriptFor("bash", program)}
COMP_WORDS=(${words}); COMP_CWORD=${line.length}; _workers_release; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", ask], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((word) => word !== "");
}

describe("the completion of a shell", () => {
  it("offers in bash the commands, then their options", () => {
    assert.deepEqual(offered(""), ["status", "plan", "--help"]);
    assert.deepEqual(offered("st"), ["status"]);
    assert.deepEqual(offered("status", "--"), ["--watch", "--help"]);
    assert.deepEqual(offered("status", "checkout", "--w"), ["--watch"]);
    assert.deepEqual(offered("plan", ""), ["check", "show", "--help"]);
    assert.deepEqual(offered("plan", "check", "--f"), ["--format"]);
    assert.deepEqual(offered("plan", "check", "web.yaml", "--f"), ["--format"]);
    assert.deepEqual(offered("plan", "check", "web"), []);
  });

  it("is quoted for zsh and fish", () => {
    assert.match(scriptFor("zsh", program), /'status:Shows it\\: all' 'plan:Somebody'\\''s plans'/);
    assert.match(
      scriptFor("fish", program),
      /^complete -c workers-release -n '__fish_use_subcommand' -f -a plan -d 'Somebody'\\''s plans'$/m,
    );
    assert.match(
      scriptFor("fish", program),
      /^complete -c workers-release -n '__fish_seen_subcommand_from plan; and __fish_seen_subcommand_from check' -l format -r -d 'how'$/m,
    );
  });
});
