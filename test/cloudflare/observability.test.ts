import assert from "node:assert/strict";
import { reasonForBlindness } from "../../provider/cloudflare/observability";

type Settings = Parameters<typeof reasonForBlindness>[1];

describe("a Worker is blind", () => {
  const cases: [string, Settings, RegExp][] = [
    ["when nothing is said about observability", {}, /set observability\.enabled to true/],
    ["when it is null", { observability: null }, /observability\.enabled/],
    ["when it is off", { observability: { enabled: false } }, /observability\.enabled/],
    [
      "when no request is sampled",
      { observability: { enabled: true, head_sampling_rate: 0 } },
      /head_sampling_rate/,
    ],
    [
      "when its logs are off",
      { observability: { enabled: true, logs: { enabled: false } } },
      /although observability\.enabled is true: .*observability\.logs\.enabled as false, .* Set that to true, by name/,
    ],
    [
      "when no log is sampled",
      { observability: { enabled: true, logs: { enabled: true, head_sampling_rate: 0 } } },
      /head_sampling_rate/,
    ],
    [
      "when invocations are not logged",
      { observability: { enabled: true, logs: { enabled: true, invocation_logs: false } } },
      /invocation_logs to true/,
    ],
    [
      "when nothing is kept",
      { observability: { enabled: true, logs: { persist: false } } },
      /logs\.persist to true/,
    ],
  ];
  for (const [title, settings, expected] of cases) {
    it(title, () => {
      const reason = reasonForBlindness("checkout", settings);
      assert.match(reason ?? "", expected);
      assert.match(reason ?? "", /^Worker "checkout"/);
    });
  }
});

describe("a Worker is not blind", () => {
  const cases: [string, Settings][] = [
    ["when observability is on", { observability: { enabled: true } }],
    [
      "when a part of its requests is sampled",
      { observability: { enabled: true, head_sampling_rate: 0.01 } },
    ],
    [
      "when its logs are on",
      { observability: { enabled: false, logs: { enabled: true, invocation_logs: true } } },
    ],
    ["when nothing else is said", { observability: { enabled: true, head_sampling_rate: null, logs: null } }],
  ];
  for (const [title, settings] of cases) {
    it(title, () => {
      assert.equal(reasonForBlindness("checkout", settings), undefined);
    });
  }
});
