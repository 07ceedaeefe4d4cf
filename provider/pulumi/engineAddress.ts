/** A host and a port, as gRPC writes them: `127.0.0.1:50051`, `localhost:50051` or `[::1]:50051`. */
const hostAndPort = /^(?:[\w.-]+|\[[\da-f:.]+\]):\d+$/i;

/**
 * The address at which the engine that started this process answers gRPC calls.
 *
 * @param args the arguments of the provider process; the address is the last one, after those of `pulumi --logflow` and
 *   `--tracing`
 * @returns undefined in a process that no engine has started
 */
export function engineAddress(args: readonly string[] = process.argv.slice(2)): string | undefined {
  const last = args.at(-1);
  return last !== undefined && hostAndPort.test(last) ? last : undefined;
}
