import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from "graphql";

type Fragments = GraphQLResolveInfo["fragments"];

/** The names of the fields that a query selects below the field that is being resolved. */
export function selectedBelow({ fieldNodes, fragments }: GraphQLResolveInfo): Set<string> {
  return namesOf(fieldsBelow(fieldNodes, fragments));
}

/** The same, below a field of that field. */
export function selectedIn({ fieldNodes, fragments }: GraphQLResolveInfo, name: string): Set<string> {
  const inner = fieldsBelow(fieldNodes, fragments).filter((field) => field.name.value === name);
  return namesOf(fieldsBelow(inner, fragments));
}

function namesOf(fields: readonly FieldNode[]): Set<string> {
  return new Set(fields.map(({ name }) => name.value));
}

function fieldsBelow(fields: readonly FieldNode[], fragments: Fragments): FieldNode[] {
  return fields.flatMap(({ selectionSet }) => fieldsOf(selectionSet, fragments));
}

function fieldsOf(set: SelectionSetNode | undefined, fragments: Fragments): FieldNode[] {
  return (set?.selections ?? []).flatMap((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return [selection];
      case Kind.INLINE_FRAGMENT:
        return fieldsOf(selection.selectionSet, fragments);
      case Kind.FRAGMENT_SPREAD:
        return fieldsOf(fragments[selection.name.value]?.selectionSet, fragments);
    }
  });
}
