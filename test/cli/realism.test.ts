import assert from "node:assert/strict";
import { Command, CommanderError } from "commander";
import { REALISTIC, type Realism } from "../../edge/realism";
import { describeRealism, realismOf, withRealism, type RealismOptions } from "../../provider/cli/realism";

function read(...args: string[]): Realism {
  const command = withRealism(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return realismOf(command.parse(args, { from: "user" }).opts<RealismOptions>());
}

const NOTHING: Realism = {
  seed: undefined,
  ingestDelayMs: undefined,
  analyticsDelayMs: undefined,
  propagationMs: undefined,
  readLag: undefined,
  freshVersion: undefined,
  otherCallersPerMinute: undefined,
  orphanedSocketsMs: undefined,
};

describe("the realism that the command line asks for", () => {
  const cases: [args: string[], expected: Realism][] = [
    [[], { ...REALISTIC, seed: undefined }],
    [["--realistic"], { ...REALISTIC, seed: undefined }],
    [["--no-realistic"], NOTHING],
    [["--no-realistic", "--ingest-delay", "5"], { ...NOTHING, ingestDelayMs: [5000, 5000] }],
    [["--no-realistic", "--analytics-delay", "60"], { ...NOTHING, analyticsDelayMs: [60_000, 60_000] }],
    [["--no-realistic", "--orphaned-sockets", "0.5"], { ...NOTHING, orphanedSocketsMs: 500 }],
    [["--no-realistic", "--propagation", "0.5-30"], { ...NOTHING, propagationMs: [500, 30_000] }],
    [
      ["--no-realistic", "--read-lag", "12.5%:1-5"],
      { ...NOTHING, readLag: { share: 0.125, lagMs: [1000, 5000] } },
    ],
    [
      ["--no-realistic", "--fresh-version", "100%:2"],
      { ...NOTHING, freshVersion: { share: 1, forMs: [2000, 2000] } },
    ],
    [
      ["--no-realistic", "--other-callers", "0", "--seed", "7"],
      { ...NOTHING, otherCallersPerMinute: 0, seed: 7 },
    ],
    [["--propagation", "1"], { ...REALISTIC, seed: undefined, propagationMs: [1000, 1000] }],
    [
      [
        ...["ingest-delay", "analytics-delay", "propagation", "read-lag", "fresh-version"],
        ...["other-callers", "orphaned-sockets"],
      ].flatMap((name) => [`--${name}`, "off"]),
      NOTHING,
    ],
  ];
  for (const [args, expected] of cases) {
    it(`with ${args.join(" ") || "nothing"}`, () => {
      assert.deepEqual(read(...args), expected);
    });
  }

  const wrong: [option: string, values: string[], message: RegExp][] = [
    [
      "--ingest-delay",
      ["30-2", "soon", "", "-1", "1-"],
      /It is seconds, such as 5, or from-to, such as 2-30, or off\./,
    ],
    ["--propagation", ["5s"], /It is seconds/],
    [
      "--read-lag",
      ["5", "5:1", "101%:1", "5%:", "5%:3-1"],
      /It is a share and seconds, such as 5%:1-5, or off\./,
    ],
    ["--fresh-version", ["many"], /It is a share and seconds/],
    ["--other-callers", ["-1", "1.5", "some"], /It is a whole number of requests a minute, or off\./],
    ["--orphaned-sockets", ["-1", "1-2", "soon"], /It is seconds, such as 45, or off\./],
    ["--seed", ["x"], /It is a whole number\./],
  ];
  for (const [option, values, message] of wrong) {
    it(`cannot have ${option} ${values.join(", ")}`, () => {
      for (const value of values) {
        assert.throws(
          () => read(`${option}=${value}`),
          (error: CommanderError) => error instanceof CommanderError && message.test(error.message),
        );
      }
    });
  }
});

describe("the line that tells which realism there is", () => {
  it("tells all of it", () => {
    assert.equal(
      describeRealism(REALISTIC),
      "Realistic (seed 1): telemetry is found after 10-45 s; metrics count an invocation after 45-75 s; a deployment is known after 2-30 s; " +
        "5 % of reads are 1-5 s behind; 30 % of requests about a version find it not ready for 0.5-3 s; " +
        "others make 60 requests a minute; WebSockets of Durable Objects are orphaned by deployments and closed " +
        'after 45 s of quiet. Each has an option that takes "off"; --no-realistic leaves all of them out.',
    );
  });

  it("tells what there is, and nothing where there is none", () => {
    assert.match(
      describeRealism({ seed: 3, propagationMs: [2000, 2000] }) ?? "",
      /^Realistic \(seed 3\): a deployment is known after 2 s\. Each/,
    );
    assert.equal(describeRealism({ seed: 3 }), undefined);
  });
});
