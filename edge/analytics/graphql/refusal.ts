import { GraphQLError } from "graphql";
import { LOCAL } from "../../data/locations";
import { newRay, rayHeader } from "../../data/ray";

/** What kind of refusal it is: past a limit, or not permitted. A query that is malformed has no code. */
type Code = "quota" | "authz";

/** The refusal of a query that is well formed. */
export function refusal(code: Code, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** An error as the live API shows it, which says where in the answer it belongs and nothing of the place in the query. */
export function presentError({ message, path, extensions }: GraphQLError): object {
  return {
    message,
    path: path?.map(String) ?? null,
    extensions: {
      ...extensions,
      timestamp: new Date().toISOString(),
      ray_id: rayHeader({ ray: newRay(), colo: LOCAL }),
    },
  };
}
