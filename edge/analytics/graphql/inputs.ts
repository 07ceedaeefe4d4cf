import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLInputFieldConfig,
} from "graphql";
import { refusal } from "./refusal";
import { DIMENSION_NAMES, DIMENSIONS, type DimensionName } from "../dimensions";
import { OPERATORS, type Comparison, type Filter, type Operator } from "../filter";
import { SUMS, type Order } from "../query";
import { SCALARS } from "./scalars";

/** The most comparisons and values of a filter, so that SQLite can read it. The live limit is not known. */
const MOST_TERMS = 500;

/** A filter as a query gives it: `AND`, `OR`, and comparisons, all of which must hold. */
export interface FilterInput {
  readonly AND?: readonly FilterInput[] | null;
  readonly OR?: readonly FilterInput[] | null;
  readonly [comparison: string]: Comparison["value"] | readonly FilterInput[] | null | undefined;
}

const COMPARISONS = new Map(
  DIMENSION_NAMES.flatMap((dimension) =>
    operatorsOf(dimension).map((operator) => [nameOf(dimension, operator), { dimension, operator }]),
  ),
);

/** The type of a filter. */
export const FILTER: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: "AccountWorkersInvocationsAdaptiveFilter_InputObject",
  description: "Comparisons, all of which must hold",
  fields: () => {
    const several = { type: new GraphQLList(new GraphQLNonNull(FILTER)) };
    return { AND: several, OR: several, ...comparisonFields() };
  },
});

/** The type of a term of an order. */
export const ORDER_BY = new GraphQLEnumType({
  name: "AccountWorkersInvocationsAdaptiveOrderBy",
  values: Object.fromEntries([
    ...DIMENSION_NAMES.flatMap((dimension) => bothWays(dimension, { dimension })),
    ...SUMS.flatMap((sum) => bothWays(`sum_${sum}`, { sum })),
  ]),
});

/** Reads a filter that fits its type. */
export function readFilter(input: FilterInput | null | undefined): Filter {
  const filter = filterOf(input ?? {});
  if (termsIn(filter) <= MOST_TERMS) return filter;
  throw refusal(
    "quota",
    `filter has more than ${MOST_TERMS} comparisons and values, the most that the local edge reads`,
  );
}

function filterOf({ AND, OR, ...comparisons }: FilterInput): Filter {
  return {
    kind: "and",
    filters: [
      ...(AND ? [{ kind: "and" as const, filters: AND.map(filterOf) }] : []),
      ...(OR ? [{ kind: "or" as const, filters: OR.map(filterOf) }] : []),
      ...Object.entries(comparisons).flatMap(([name, value]) =>
        comparisonOf(name, value as Comparison["value"] | null),
      ),
    ],
  };
}

/** What a client's variable leaves empty compares nothing. */
function comparisonOf(name: string, value: Comparison["value"] | null): Filter[] {
  const comparison = COMPARISONS.get(name);
  return comparison && value !== null ? [{ kind: "comparison", comparison: { ...comparison, value } }] : [];
}

function termsIn(filter: Filter): number {
  if (filter.kind === "comparison") return [filter.comparison.value].flat().length;
  return filter.filters.reduce((sum, part) => sum + termsIn(part), 1);
}

function comparisonFields(): Record<string, GraphQLInputFieldConfig> {
  return Object.fromEntries(
    [...COMPARISONS].map(([name, { dimension, operator }]) => {
      const type = SCALARS[DIMENSIONS[dimension].type];
      return [name, { type: operator === "in" ? new GraphQLList(new GraphQLNonNull(type)) : type }];
    }),
  );
}

function operatorsOf(dimension: DimensionName): Operator[] {
  return OPERATORS.filter((operator) => operator !== "like" || DIMENSIONS[dimension].type === "string");
}

function nameOf(dimension: DimensionName, operator: Operator): string {
  return operator === "eq" ? dimension : `${dimension}_${operator}`;
}

function bothWays(name: string, by: Order["by"]): [string, { value: Order }][] {
  return [
    [`${name}_ASC`, { value: { by, isDescending: false } }],
    [`${name}_DESC`, { value: { by, isDescending: true } }],
  ];
}
