import type { Deployment } from "./types";

/** The author of everything here: the one user of the local account. */
export const AUTHOR_EMAIL = "local@localhost";

/** A deployment as the API shows it. */
export function presentDeployment(deployment: Deployment): object {
  const { message } = deployment;
  return {
    id: deployment.id,
    source: deployment.source,
    strategy: "percentage",
    author_email: AUTHOR_EMAIL,
    annotations: {
      ...(message !== undefined && { "workers/message": message }),
      "workers/triggered_by": deployment.triggeredBy,
    },
    versions: deployment.shares.map((share) => ({
      version_id: share.versionId,
      percentage: share.percentage,
    })),
    created_on: deployment.createdOn,
  };
}
