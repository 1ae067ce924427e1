/** Nothing came in time; the call itself may still end later and is then ignored. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/**
 * Waits for a call to the host, but not for ever and not once nobody wants the answer: calls of the SDK can be
 * neither cancelled nor relied on to end.
 * @throws {TimedOut} after `timeoutMs`; the signal's reason when it is aborted
 */
export function within<T>(call: Promise<T>, timeoutMs: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => settle(() => reject(signal.reason));
    const timer = setTimeout(() => settle(() => reject(new TimedOut())), timeoutMs);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      finish();
    };
    signal.addEventListener("abort", onAbort);
    call.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}
