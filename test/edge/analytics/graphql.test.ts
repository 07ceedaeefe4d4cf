import assert from "node:assert/strict";
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { DIMENSION_NAMES } from "../../../edge/analytics/dimensions";
import { ask, call, goLive, saying, useEdge, type Envelope } from "../support";
import { countOf, graphql, groupsIn, groupsOf, type Answer, type Group } from "./support";

/** The query that the notes on the live API compose of what clients in use send. */
const COMPOSED =
  "query($a:string!,$s:string!,$f:Time!,$t:Time!){viewer{accounts(filter:{accountTag:$a}){workersInvocationsAdaptive(" +
  "limit:10000,filter:{scriptName:$s,datetime_geq:$f,datetime_lt:$t}){sum{requests errors}avg{sampleInterval}" +
  "dimensions{scriptVersion status}}}}}";

/** The tutorial's query for Workers metrics, which declares times as texts. */
const TUTORIAL = `query GetWorkersAnalytics($accountTag: string, $datetimeStart: string, $datetimeEnd: string, $scriptName: string) {
  viewer {
    accounts(filter: {accountTag: $accountTag}) {
      workersInvocationsAdaptive(limit: 100, filter: {
        scriptName: $scriptName, datetime_geq: $datetimeStart, datetime_leq: $datetimeEnd
      }) {
        sum { subrequests requests errors }
        quantiles { cpuTimeP50 cpuTimeP99 }
        dimensions { datetime scriptName status }
      }
    }
  }
}`;

describe("the GraphQL API", function () {
  this.timeout(180_000);
  const started = useEdge({
    tokens: [
      { token: "everything" },
      { token: "analyst", scopes: ["account_analytics:read"] },
      { token: "reader", scopes: ["workers_scripts:read"] },
    ],
  });
  let version = "";

  before(async () => {
    version = await goLive(started.edge, "shop", saying("hello"));
    await goLive(started.edge, "blog", saying("hello"));
    for (let i = 0; i < 3; i += 1) await ask(started.edge, "shop");
    await ask(started.edge, "blog");
    await Promise.all([countOf(started.edge, "shop", 3), countOf(started.edge, "blog", 1)]);
  });

  const hourAgo = (): string => new Date(Date.now() - 3_600_000).toISOString();
  const soon = (): string => new Date(Date.now() + 60_000).toISOString();
  /** A query that has this selection of an account. */
  const onAccount = (selection: string, accountId = started.edge.accountId): string =>
    `{ viewer { accounts(filter: { accountTag: "${accountId}" }) { ${selection} } } }`;
  const requestsOf = (answer: Answer): number[] => groupsIn(answer).map(({ sum }) => sum["requests"] ?? 0);

  describe("answers", () => {
    it("the composed query", async () => {
      const variables = { a: started.edge.accountId, s: "shop", f: hourAgo(), t: soon() };
      assert.deepEqual(await graphql(started.edge, COMPOSED, variables), {
        data: {
          viewer: {
            accounts: [
              {
                workersInvocationsAdaptive: [
                  {
                    sum: { requests: 3, errors: 0 },
                    avg: { sampleInterval: 1 },
                    dimensions: { scriptVersion: version, status: "success" },
                  },
                ],
              },
            ],
          },
        },
        errors: null,
      });
    });

    it("the documentation's query", async () => {
      const { accountId: accountTag } = started.edge;
      const variables = { accountTag, datetimeStart: hourAgo(), datetimeEnd: soon(), scriptName: "shop" };
      const groups = groupsIn(await graphql(started.edge, TUTORIAL, variables));
      assert.equal(
        groups.reduce((sum, group) => sum + (group.sum["requests"] ?? 0), 0),
        3,
      );
      for (const { dimensions } of groups) {
        assert.match(String(dimensions["datetime"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      }
    });

    it("a filter that is a variable, whatever type it is declared to have", async () => {
      for (const type of ["AccountWorkersInvocationsAdaptiveFilter_InputObject", "NoSuchFilter!"]) {
        const query = `query ($a: String!, $filter: ${type}, $order: [Order!]) {
          viewer { accounts(filter: { accountTag: $a }) {
            workersInvocationsAdaptive(limit: 10, filter: $filter, orderBy: $order) {
              sum { requests } dimensions { scriptName }
            }
          } }
        }`;
        const filter = { AND: [{ datetimeHour_geq: hourAgo() }], scriptName_in: ["shop", "blog", "none"] };
        const variables = { a: started.edge.accountId, filter, order: ["sum_requests_DESC"] };
        assert.deepEqual(requestsOf(await graphql(started.edge, query, variables)), [3, 1], type);
      }
    });

    it("with what a variable has by default, and without what one leaves empty", async () => {
      const query = `query ($a: string = "${started.edge.accountId}", $s: string, $v: string, $f: Time) {
        viewer { accounts(filter: { accountTag: $a }) {
          workersInvocationsAdaptive(limit: 10, filter: { scriptName: $s, scriptVersion: $v, datetime_geq: $f }) {
            sum { requests }
          }
        } }
      }`;
      assert.deepEqual(requestsOf(await graphql(started.edge, query, { f: hourAgo(), s: null })), [4]);
      assert.deepEqual(requestsOf(await graphql(started.edge, query, { f: hourAgo(), s: "shop" })), [3]);
    });

    it("several fields under names of their own, and what fragments select", async () => {
      const query = `query ($a: string!, $f: Time!) {
        viewer { accounts(filter: { accountTag: $a }) {
          total: workersInvocationsAdaptive(limit: 1, filter: { datetime_geq: $f }) { sum { requests } }
          scripts: workersInvocationsAdaptive(limit: 10, filter: { datetime_geq: $f }) {
            ... on AccountWorkersInvocationsAdaptive { sum { n: requests } }
            dimensions { ...Names __typename }
          }
        } }
      }
      fragment Names on AccountWorkersInvocationsAdaptiveDimensions { script: scriptName }`;
      const { data, errors } = await graphql(started.edge, query, {
        a: started.edge.accountId,
        f: hourAgo(),
      });
      assert.equal(errors, null);
      const { viewer } = data as { viewer: { accounts: { total: Group[]; scripts: Group[] }[] } };
      const type = { __typename: "AccountWorkersInvocationsAdaptiveDimensions" };
      assert.deepEqual(viewer.accounts, [
        {
          total: [{ sum: { requests: 4 } }],
          scripts: [
            { sum: { n: 1 }, dimensions: { script: "blog", ...type } },
            { sum: { n: 3 }, dimensions: { script: "shop", ...type } },
          ],
        },
      ]);
    });

    it("with every dimension", async () => {
      const script = (
        await started.client.workers.scripts.list({ account_id: started.edge.accountId })
      ).result.find(({ id }) => id === "blog");
      const [group] = await groupsOf(started.edge, "blog", `dimensions { ${DIMENSION_NAMES.join(" ")} }`);
      const { date, datetime, ...others } = group?.dimensions ?? {};
      assert.equal(String(datetime).slice(0, 10), date);
      for (const name of DIMENSION_NAMES.filter(
        (name) => name.startsWith("datetime") && name !== "datetime",
      )) {
        assert.match(String(others[name]), /:00Z$/);
        assert.ok(String(others[name]) <= String(datetime));
        Reflect.deleteProperty(others, name);
      }
      assert.match(String(others["scriptVersion"]), /^[0-9a-f-]{36}$/);
      Reflect.deleteProperty(others, "scriptVersion");
      assert.deepEqual(others, {
        ...{ cacheStatus: "", coloCode: "LOC", dispatchNamespaceName: "", environmentName: "production" },
        ...{ isDispatcher: 0, isPreview: 0, previewSlug: "", scriptName: "blog", status: "success" },
        ...{ scriptTag: (script as { tag?: string } | undefined)?.tag, usageModel: "standard" },
      });
    });

    it("with no row when there is nothing to count", async () => {
      assert.deepEqual(await groupsOf(started.edge, "none", "sum { requests }"), []);
    });

    it("who asks for its schema, as clients do", async () => {
      const { data, errors } = await graphql(started.edge, getIntrospectionQuery());
      assert.equal(errors, null);
      const schema = buildClientSchema(data as IntrospectionQuery);
      const type = "AccountWorkersInvocationsAdaptive";
      for (const name of ["Dimensions", "Sum", "Avg", "Quantiles", "Filter_InputObject", "OrderBy"]) {
        assert.ok(schema.getType(type + name), name);
      }
      const one = await graphql(
        started.edge,
        `
          query ($n: String!) {
            __type(name: $n) {
              fields {
                name
              }
            }
          }
        `,
        {
          n: `${type}Dimensions`,
        },
      );
      const { __type } = one.data as { __type: { fields: { name: string }[] } };
      assert.deepEqual(
        __type.fields.map(({ name }) => name),
        DIMENSION_NAMES,
      );
    });
  });

  describe("refuses, with status 200 and one error,", () => {
    const bounded = (): string => `datetime_geq: "${hourAgo()}"`;
    const asking = (argument: string, selection = "sum { requests }"): string =>
      onAccount(`workersInvocationsAdaptive(${argument}) { ${selection} }`);
    const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

    async function faultOf(
      query: string,
      as?: string,
    ): Promise<[message: string, code: string | undefined, path: string]> {
      const { data, errors } = await graphql(started.edge, query, {}, as);
      assert.equal(data, null);
      const [fault, ...others] = errors ?? [];
      assert.ok(fault);
      assert.deepEqual(others, []);
      assert.deepEqual(Object.keys(fault), ["message", "path", "extensions"]);
      assert.ok(Date.parse(fault.extensions.timestamp) > 0);
      assert.match(fault.extensions.ray_id, /^[0-9a-f]{16}-LOC$/);
      return [fault.message, fault.extensions.code, fault.path?.join(".") ?? ""];
    }

    const quotas: [what: string, query: () => string, message: RegExp][] = [
      [
        "a query without a lower bound of time",
        () => asking(`limit: 1, filter: { datetime_leq: "${soon()}" }`),
        /^account "[0-9a-f]{32}" cannot request a time range wider than 4w4d, but your query time range spans \d+w/,
      ],
      ["one without a filter", () => asking("limit: 1"), /wider than 4w4d/],
      [
        "more than a month",
        () => asking(`limit: 1, filter: { datetime_geq: "${ago(33)}", datetime_lt: "${ago(0)}" }`),
        /wider than 4w4d, but your query time range spans 4w5d/,
      ],
      [
        "what is more than three months ago",
        () => asking(`limit: 1, filter: { datetime_geq: "${ago(91)}", datetime_lt: "${ago(90)}" }`),
        /^account "[0-9a-f]{32}" cannot request data older than 12w6d, but your query requests data from 13w/,
      ],
      [
        "more than 10000 rows",
        () => asking(`limit: 10001, filter: { ${bounded()} }`),
        /^limit must be positive number and not greater than 10000$/,
      ],
      ["no rows", () => asking(`limit: 0, filter: { ${bounded()} }`), /^limit must be positive number/],
      [
        "an order by what is not selected",
        () => asking(`limit: 1, filter: { ${bounded()} }, orderBy: [datetime_ASC]`),
        /^cannot order by datetime, which is not among the dimensions that are selected$/,
      ],
      [
        "a filter with very many values",
        () => asking(`limit: 1, filter: { ${bounded()}, scriptName_in: [${'"a",'.repeat(600)}] }`),
        /^filter has more than 500 comparisons and values/,
      ],
    ];
    for (const [what, query, expected] of quotas) {
      it(what, async () => {
        const [message, code, path] = await faultOf(query());
        assert.match(message, expected);
        assert.deepEqual([code, path], ["quota", "viewer.accounts.0.workersInvocationsAdaptive"]);
      });
    }

    it("another account", async () => {
      const query = onAccount("workersInvocationsAdaptive(limit: 1) { sum { requests } }", "another");
      const [message, code, path] = await faultOf(query);
      assert.match(
        message,
        /^not authorized for that account: this local edge has the account [0-9a-f]{32}$/,
      );
      assert.deepEqual([code, path], ["authz", "viewer.accounts"]);
    });

    it("a token that may not read analytics, but not one that may", async () => {
      const query = asking(`limit: 1, filter: { ${bounded()} }`);
      const [message, code] = await faultOf(query, "reader");
      assert.match(
        message,
        /^not authorized for that account: it needs the permission account_analytics:read; .* workers_scripts:read$/,
      );
      assert.equal(code, "authz");
      assert.deepEqual(requestsOf(await graphql(started.edge, query, {}, "analyst")), [4]);
    });

    const malformed: [what: string, query: () => string, message: RegExp][] = [
      ["a field that does not exist", () => asking("limit: 1", "sum { hits }"), /^unknown field "hits"$/],
      [
        "a time that is none",
        () => asking(`limit: 1, filter: { datetime_geq: "yesterday" }`),
        /^error parsing args for "workersInvocationsAdaptive": filter: datetime_geq: not an iso8601 time$/,
      ],
      [
        "a day that is none",
        () => asking(`limit: 1, filter: { date_geq: "2026-11-26T00:00:00Z" }`),
        /^error parsing args for "workersInvocationsAdaptive": filter: date_geq: date format should be '2006-01-02'$/,
      ],
      [
        "a comparison that there is not",
        () => asking(`limit: 1, filter: { host: "a" }`),
        /^error parsing args for "workersInvocationsAdaptive": filter: .* unknown field "host"/,
      ],
      ["no limit", () => asking(`filter: { ${bounded()} }`), /limit:\)" of type "uint64!" is required/],
      [
        "a directive",
        () => asking("limit: 1", "sum @skip(if: true) { requests }"),
        /Unknown directive "@skip"/,
      ],
      ["what is no GraphQL", () => "SELECT 1", /^Syntax Error/],
      [
        "two queries",
        () => "query A { viewer { __typename } } query B { viewer { __typename } }",
        /single query/,
      ],
      ["a mutation", () => "mutation { viewer { __typename } }", /mutation/],
      [
        "a missing variable",
        () => "query ($a: string!) { viewer { __typename } }",
        /^required variable not provided: \$a$/,
      ],
      ["a very long query", () => `{ ${"viewer { __typename } ".repeat(1000)} }`, /more than 3000 tokens/],
      [
        "a very deep query",
        () => `{ viewer { accounts(filter: ${"[".repeat(2900)}`,
        /^(query is nested too deeply|Syntax Error)/,
      ],
    ];
    for (const [what, query, expected] of malformed) {
      it(what, async () => {
        const [message, code, path] = await faultOf(query());
        assert.match(message, expected);
        assert.deepEqual([code, path], [undefined, ""]);
      });
    }

    it("a variable that does not fit where it stands", async () => {
      const query = `query ($l: uint64!) { viewer { accounts(filter: { accountTag: "${started.edge.accountId}" }) {
        workersInvocationsAdaptive(limit: $l) { sum { requests } }
      } } }`;
      for (const limit of ["1", 1.5, [1], { a: 1 }, -1]) {
        const { errors } = await graphql(started.edge, query, { l: limit });
        assert.match(
          errors?.[0]?.message ?? "",
          /^error parsing args for "workersInvocationsAdaptive": limit: /,
        );
      }
    });
  });

  describe("refuses as the rest of the API", () => {
    it("a token that is wrong, or missing", async () => {
      for (const headers of [new Headers({ authorization: "Bearer wrong" }), new Headers()]) {
        const response = await fetch(`${started.edge.baseUrl}/graphql`, {
          method: "POST",
          headers,
          body: "{}",
        });
        const { errors } = (await response.json()) as Envelope;
        assert.deepEqual([response.status, errors[0]?.code], [401, 10000]);
      }
    });

    const bodies: [what: string, body: string, status: number][] = [
      ["a body that is no JSON", "{", 400],
      ["one without a query", "{}", 400],
      ["one whose variables are a list", '{ "query": "{ viewer { __typename } }", "variables": [1] }', 400],
      ["one of more than 1 MB", JSON.stringify({ query: " ".repeat(1024 * 1024) }), 413],
    ];
    for (const [what, body, status] of bodies) {
      it(what, async () => {
        assert.equal((await call(started.edge, "/graphql", { method: "POST", body })).status, status);
      });
    }

    it("another method", async () => {
      assert.equal((await call(started.edge, "/graphql")).status, 405);
    });
  });
});
