/** The page of a Worker. What is no name of a Worker is found nowhere. */
export const workerPath = "/workers/:name{[A-Za-z0-9_-]{1,255}}" as const;

/** The report of one of its past releases. */
export const reportPath = `${workerPath}/reports/:release` as const;

/** What a plan would have done to it. */
export const backtestPath = `${workerPath}/backtest` as const;
