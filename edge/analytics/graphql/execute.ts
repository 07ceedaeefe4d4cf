import { execute, GraphQLError, Kind, parse, validate, type DocumentNode } from "graphql";
import type { AnalyticsContext } from "./invocations";
import { presentError } from "./refusal";
import { RULES } from "./rules";
import { SCHEMA } from "./schema";
import { withValues, type Variables } from "./variables";

/** A query of the GraphQL API. */
export interface GraphQLRequest {
  readonly query: string;
  readonly variables: Variables;
}

/** The answer to one: data or errors, never both. */
export interface GraphQLAnswer {
  readonly data: unknown;
  readonly errors: readonly object[] | null;
}

/** A query for every field of the schema has some 100 tokens; this is enough for many, and bounds the work. */
const MOST_TOKENS = 3_000;

/** Answers a query. Like the live API it tells the first error only, and answers with nothing else then. */
export async function answer(request: GraphQLRequest, context: AnalyticsContext): Promise<GraphQLAnswer> {
  try {
    const document = validDocument(request);
    const { data, errors } = await execute({ schema: SCHEMA, document, contextValue: context });
    const [error] = errors ?? [];
    return error ? refused(error) : { data, errors: null };
  } catch (error) {
    if (error instanceof GraphQLError) return refused(error);
    // The stack's end: what walks a query calls itself for each level.
    if (error instanceof RangeError) return refused(new GraphQLError("query is nested too deeply"));
    throw error;
  }
}

function validDocument({ query, variables }: GraphQLRequest): DocumentNode {
  const parsed = parse(query, { maxTokens: MOST_TOKENS, noLocation: true });
  if (parsed.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length > 1) {
    throw new GraphQLError("only support a single query");
  }
  const document = withValues(SCHEMA, parsed, variables);
  const [fault] = validate(SCHEMA, document, RULES, { maxErrors: 1 });
  if (fault) throw fault;
  return document;
}

function refused(error: GraphQLError): GraphQLAnswer {
  return { data: null, errors: [presentError(error)] };
}
