import {
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  type GraphQLFieldConfig,
  type GraphQLNullableOutputType,
} from "graphql";
import { DIMENSION_NAMES, DIMENSIONS } from "../dimensions";
import { QUANTILES, type SumName } from "../query";
import { FILTER, ORDER_BY } from "./inputs";
import { resolveInvocations, type AnalyticsContext, type InvocationsArguments } from "./invocations";
import { refusal } from "./refusal";
import { SCALARS } from "./scalars";

const { string, uint64, float32, float64 } = SCALARS;

const DATA_SET = "AccountWorkersInvocationsAdaptive";

const SUM_DESCRIPTIONS: Readonly<Record<SumName, string>> = {
  requests: "Invocations",
  errors: "Invocations that threw, exceeded resources or met an internal error",
  clientDisconnects: "Invocations whose client left",
  subrequests: "Not counted by the local edge: always 0",
  wallTime: "Sum of wall times, in microseconds",
  cpuTimeUs: "Sum of CPU times, in microseconds",
};

const dimensions = objectOf(
  `${DATA_SET}Dimensions`,
  DIMENSION_NAMES.map((name) => {
    const { type, description } = DIMENSIONS[name];
    return [name, field(SCALARS[type], description)];
  }),
);

const sum = objectOf(
  `${DATA_SET}Sum`,
  Object.entries(SUM_DESCRIPTIONS).map(([name, description]) => [name, field(uint64, description)]),
);

const avg = objectOf(`${DATA_SET}Avg`, [
  ["sampleInterval", field(float64, "How many invocations one that was read stands for")],
]);

const quantiles = objectOf(
  `${DATA_SET}Quantiles`,
  (["cpuTime", "wallTime"] as const).flatMap((time) =>
    Object.entries(QUANTILES).map(([name, level]) => [
      `${time}${name}`,
      field(float32, `The ${time} that ${level * 100} % of the invocations do not exceed, in microseconds`),
    ]),
  ),
);

const invocations = objectOf(DATA_SET, [
  ["avg", field(avg, "Means over the invocations of a group")],
  ["dimensions", field(dimensions, "What the invocations of a group have in common")],
  ["quantiles", field(quantiles, "Quantiles over the invocations of a group")],
  ["sum", field(sum, "Sums over the invocations of a group")],
]);

const account = objectOf("account", [
  [
    "workersInvocationsAdaptive",
    {
      ...field(listOf(invocations), "Invocations of Workers, in groups"),
      args: {
        filter: { type: FILTER },
        limit: { type: new GraphQLNonNull(uint64) },
        orderBy: { type: new GraphQLList(new GraphQLNonNull(ORDER_BY)) },
      },
      resolve: (_, args: InvocationsArguments, context, info) => resolveInvocations(context, args, info),
    },
  ],
]);

/** The arguments of `accounts`, as the schema has checked them. */
interface AccountsArguments {
  readonly filter: { readonly accountTag: string };
}

const accountFilter = new GraphQLInputObjectType({
  name: "AccountFilter_InputObject",
  fields: { accountTag: { type: new GraphQLNonNull(string) } },
});

const viewer = objectOf("viewer", [
  [
    "accounts",
    {
      ...field(listOf(account), "The account that the filter names"),
      args: { filter: { type: new GraphQLNonNull(accountFilter) } },
      resolve: (_, { filter }: AccountsArguments, context) => [accountNamed(filter.accountTag, context)],
    },
  ],
]);

/** The part of Cloudflare's GraphQL schema that is emulated. Like the live one it has no directives. */
export const SCHEMA = new GraphQLSchema({
  query: objectOf("Query", [["viewer", { ...field(viewer, "Who asks"), resolve: () => ({}) }]]),
  directives: [],
});

function accountNamed(accountTag: string, { accountId, whyNot }: AnalyticsContext): object {
  const why = accountTag === accountId ? whyNot : `this local edge has the account ${accountId}`;
  if (why === undefined) return {};
  throw refusal("authz", `not authorized for that account: ${why}`);
}

type Field = GraphQLFieldConfig<unknown, AnalyticsContext>;

function objectOf(
  name: string,
  fields: readonly (readonly [name: string, field: Field])[],
): GraphQLObjectType<unknown, AnalyticsContext> {
  return new GraphQLObjectType({ name, fields: Object.fromEntries(fields) });
}

/** Nothing that is answered is ever null: where something fails, everything does. */
function field(type: GraphQLNullableOutputType, description: string): Field {
  return { type: new GraphQLNonNull(type), description };
}

function listOf(type: GraphQLObjectType<unknown, AnalyticsContext>): GraphQLNullableOutputType {
  return new GraphQLList(new GraphQLNonNull(type));
}
