import {
  FieldsOnCorrectTypeRule,
  GraphQLError,
  specifiedRules,
  validateInputLiteral,
  ValuesOfCorrectTypeRule,
  type ValidationRule,
} from "graphql";

/** A field that does not exist, in the live API's words. */
const knownFields: ValidationRule = (context) => ({
  Field(node) {
    if (!context.getParentType() || context.getFieldDef()) return;
    context.reportError(new GraphQLError(`unknown field "${node.name.value}"`));
  },
});

/** An argument that does not fit, in the live API's words: the field, where in its arguments, and why. */
const fittingArguments: ValidationRule = (context) => ({
  Argument({ name, value }) {
    const [field, argument] = [context.getFieldDef(), context.getArgument()];
    if (!field || !argument) return;
    validateInputLiteral(value, argument.type, ({ message, cause }, path) => {
      const place = [name.value, ...path].join(": ");
      const why = cause instanceof Error ? cause.message : message;
      context.reportError(new GraphQLError(`error parsing args for "${field.name}": ${place}: ${why}`));
    });
  },
});

/** What a query must keep to: the rules of GraphQL. */
export const RULES = specifiedRules.map((rule) => {
  if (rule === FieldsOnCorrectTypeRule) return knownFields;
  return rule === ValuesOfCorrectTypeRule ? fittingArguments : rule;
});
