import assert from "node:assert/strict";
import { call, until, type EdgeAddress } from "../support";

/** An answer of the GraphQL API. */
export interface Answer {
  readonly data: unknown;
  readonly errors: readonly GraphQLFault[] | null;
}

/** An error of the GraphQL API. */
export interface GraphQLFault {
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly extensions: { readonly code?: string; readonly timestamp: string; readonly ray_id: string };
}

/** One group of invocations, as far as it was asked for. */
export interface Group {
  readonly sum: Readonly<Record<string, number>>;
  readonly avg?: Readonly<Record<string, number>>;
  readonly quantiles?: Readonly<Record<string, number>>;
  readonly dimensions: Readonly<Record<string, string | number>>;
}

/** The answer to a query, asked with the edge's own token unless told otherwise. Every answer has status 200. */
export async function graphql(
  edge: EdgeAddress,
  query: string,
  variables: object = {},
  token = edge.token,
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query, variables });
  const { status, json } = await call(edge, "/graphql", { method: "POST", headers, body });
  assert.equal(status, 200, JSON.stringify(json));
  return json as unknown as Answer;
}

/** The groups that a selection of `workersInvocationsAdaptive` has, of a script and the last hour. */
export async function groupsOf(edge: EdgeAddress, scriptName: string, selection: string): Promise<Group[]> {
  const query = `query ($a: string!, $s: string!, $f: Time!) {
    viewer { accounts(filter: { accountTag: $a }) {
      workersInvocationsAdaptive(limit: 10000, filter: { scriptName: $s, datetime_geq: $f }) { ${selection} }
    } }
  }`;
  const from = new Date(Date.now() - 3_600_000).toISOString();
  return groupsIn(await graphql(edge, query, { a: edge.accountId, s: scriptName, f: from }));
}

/** The groups of an answer that has one field. */
export function groupsIn({ data, errors }: Answer): Group[] {
  assert.equal(errors, null, JSON.stringify(errors));
  const { viewer } = data as { viewer: { accounts: { workersInvocationsAdaptive: Group[] }[] } };
  return viewer.accounts[0]?.workersInvocationsAdaptive ?? [];
}

/** How many invocations a script has had, once it has had so many; more come at the same time, if at all. */
export async function countOf(edge: EdgeAddress, scriptName: string, atLeast: number): Promise<number> {
  return until(`${atLeast} invocations of ${scriptName} in the metrics`, async () => {
    const [total] = await groupsOf(edge, scriptName, "sum { requests }");
    const requests = total?.sum["requests"] ?? 0;
    return requests >= atLeast ? requests : undefined;
  });
}
