import assert from "node:assert/strict";
import fc from "fast-check";
import type { TelemetryEvent } from "../../../edge/telemetry";
import type { Filter, FilterLeaf, Operation } from "../../../edge/telemetry/filters";
import { faultOfComplexity } from "../../../edge/telemetry/complexity";
import { invocation, START, storeOf } from "./sample";

const TIMEFRAME = { from: START, to: START + 1000 };

const texts = fc.oneof(
  fc.constantFrom("", "a", "ab", "b,a", "ä€", "😀a", "a\0b", "o'x"),
  fc.string({ maxLength: 4 }),
);
const numbers = fc.oneof(fc.constantFrom(0, 1, 500, -0.5, 2 ** 60), fc.integer({ min: -3, max: 3 }));
const leaves = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null));
// "plain" and "odd" are fields by themselves; "a.b" is nested in some events and has a dot in its name in others.
const logged = fc.record(
  { plain: leaves, 'o"d\\d\n': leaves, a: fc.record({ b: leaves }, { requiredKeys: [] }), "a.b": leaves },
  { requiredKeys: [] },
);
const KEYS = ["plain", 'o"d\\d\n', "a.b", "a", "nowhere", "", "..", "$", "toString"].filter(
  (key) => key !== "",
);

const events = fc.array(
  fc.record({
    source: logged,
    outcome: texts,
    status: fc.option(fc.integer({ min: 199, max: 201 }), { nil: null }),
  }),
  { maxLength: 8 },
);

type Sample = Pick<TelemetryEvent, "outcome"> & { source: Record<string, unknown>; status: number | null };

const comparisons = fc.constantFrom<Operation>("eq", "neq", "gt", "gte", "lt", "lte", "in", "not_in");
const textual = fc.constantFrom<Operation>("includes", "not_includes", "starts_with", "ends_with");
const keys = fc.constantFrom("$workers.outcome", "$workers.event.response.status", ...KEYS);

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  leafOf(comparisons, fc.constant("string" as const), texts),
  leafOf(textual, fc.constant("string" as const), texts),
  leafOf(comparisons, fc.constant("number" as const), numbers),
  leafOf(comparisons, fc.constant("boolean" as const), fc.boolean()),
  leafOf(fc.constantFrom<Operation>("exists", "is_null"), fc.constant("string" as const), texts),
);

function leafOf(
  operation: fc.Arbitrary<Operation>,
  type: fc.Arbitrary<FilterLeaf["type"]>,
  value: fc.Arbitrary<string | number | boolean>,
): fc.Arbitrary<Filter> {
  return fc.record({ kind: fc.constant("filter" as const), key: keys, operation, type, value });
}

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constant("group" as const),
      filterCombination: fc.constantFrom("and" as const, "or" as const),
      filters: fc.array(tie("filter"), { maxLength: 3 }),
    }),
  ),
}));

/** The same in plain words: what a filter means for one event. */
function holds(filter: Filter, event: Sample): boolean {
  if (filter.kind !== "group") return compares(filter, candidates(event, filter.key));
  if (filter.filters.length === 0) return true;
  return filter.filterCombination === "and"
    ? filter.filters.every((each) => holds(each, event))
    : filter.filters.some((each) => holds(each, event));
}

/** What an event has under a name: the field with a dot in its own name comes before the nested one. */
function candidates(event: Sample, key: string): unknown[] {
  if (key === "$workers.outcome") return [event.outcome];
  if (key === "$workers.event.response.status") return event.status === null ? [] : [event.status];
  const own = (object: unknown, name: string): unknown =>
    typeof object === "object" && object !== null && Object.hasOwn(object, name)
      ? (object as Record<string, unknown>)[name]
      : undefined;
  const nested = (): unknown => key.split(".").reduce<unknown>(own, event.source);
  return [own(event.source, key), nested()].filter((each) => each !== undefined && each !== null);
}

function compares({ operation, type, value }: FilterLeaf, fields: readonly unknown[]): boolean {
  if (operation === "exists") return fields.length > 0;
  if (operation === "is_null") return fields.length === 0;
  const typed = fields.find((field) => typeof field === type) as string | number | boolean | undefined;
  const has = typed !== undefined;
  const wanted = value ?? "";
  const list: unknown[] =
    typeof wanted === "string" ? wanted.split(",").map((each) => each.trim()) : [wanted];
  const order = has ? compare(typed, wanted) : NaN;
  switch (operation) {
    case "eq":
      return typed === wanted;
    case "neq":
      return typed !== wanted;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
    case "in":
      return has && list.includes(typed);
    case "not_in":
      return !(has && list.includes(typed));
    case "includes":
      return has && String(typed).includes(String(wanted));
    case "not_includes":
      return !(has && String(typed).includes(String(wanted)));
    case "starts_with":
      return has && String(typed).startsWith(String(wanted));
    case "ends_with":
      return has && String(typed).endsWith(String(wanted));
    case "regex":
      return has && new RegExp(String(wanted)).test(String(typed));
  }
}

/** Text is ordered by its UTF-8 bytes, which is the order of its characters. */
function compare(a: string | number | boolean, b: string | number | boolean): number {
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return Number(a) - Number(b);
}

describe("filters on a store", () => {
  it("select just the events that they hold for", () => {
    fc.assert(
      fc.property(
        events,
        fc.array(filter, { maxLength: 3 }),
        fc.constantFrom("and" as const, "or" as const),
        select,
      ),
      { numRuns: 500 },
    );
  });
});

function select(samples: Sample[], filters: Filter[], filterCombination: "and" | "or"): void {
  fc.pre(faultOfComplexity(filters) === undefined);
  const store = storeOf(samples.map((sample, i) => asEvent(sample, i)));
  const result = store.query({
    ...{ queryId: "q", view: "events", timeframe: TIMEFRAME, limit: 2000 },
    parameters: { filters, filterCombination },
  }) as { events: { count: number; events: { timestamp: number }[] } };
  store.close();
  const group = { kind: "group", filterCombination, filters } as const;
  const expected = samples.flatMap((sample, i) => (holds(group, sample) ? [START + i] : []));
  assert.deepEqual(result.events.events.map((event) => event.timestamp).reverse(), expected);
  assert.equal(result.events.count, expected.length);
}

function asEvent({ status, source, outcome }: Sample, i: number): TelemetryEvent {
  const event = invocation({ timestamp: START + i, source, outcome });
  if (status === null) delete event.status;
  else event.status = status;
  return event;
}
