import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  TypeInfo,
  valueToLiteral,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type ConstValueNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type ObjectFieldNode,
} from "graphql";

/** The variables of a request, by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** Any value has a literal of this type. */
const ANYTHING = new GraphQLScalarType({ name: "anything" });

/**
 * The document with the values of its variables in their places. That is how the live API reads variables: the type
 * that one is declared with does not matter, and clients in use declare a time as `string`, `String!` or `Time`, and a
 * filter as a type that does not exist. Whether a value fits is told by validation, from where it stands.
 */
export function withValues(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
): DocumentNode {
  const values = new Map(Object.entries(variables));
  const defaults = new Map<string, ConstValueNode>();
  const undeclared = visit(document, {
    VariableDefinition({ variable: { name }, type, defaultValue }) {
      if (defaultValue) defaults.set(name.value, defaultValue);
      else if (type.kind === Kind.NON_NULL_TYPE) requireValue(name.value, values);
      return null;
    },
  });
  const literalOf = (name: string, type: GraphQLInputType): ConstValueNode | undefined => {
    const value = values.get(name) ?? undefined;
    if (value === undefined) return defaults.get(name);
    // What does not fit the type becomes a literal all the same, which validation then refuses.
    return valueToLiteral(value, type) ?? valueToLiteral(value, ANYTHING);
  };
  return replaced(schema, undeclared, literalOf);
}

function requireValue(name: string, values: ReadonlyMap<string, unknown>): void {
  if ((values.get(name) ?? undefined) !== undefined) return;
  throw new GraphQLError(`required variable not provided: $${name}`);
}

function replaced(
  schema: GraphQLSchema,
  document: DocumentNode,
  literalOf: (name: string, type: GraphQLInputType) => ConstValueNode | undefined,
): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  /** An argument or a field whose variable has no value is as good as left out. */
  const unlessEmpty = ({ value }: ArgumentNode | ObjectFieldNode): null | undefined =>
    value.kind === Kind.VARIABLE && literalOf(value.name.value, ANYTHING) === undefined ? null : undefined;
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Argument: unlessEmpty,
      ObjectField: unlessEmpty,
      Variable: ({ name }) =>
        literalOf(name.value, typeInfo.getInputType() ?? ANYTHING) ?? { kind: Kind.NULL },
    }),
  );
}
