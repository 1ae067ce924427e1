import { useEffect, useState } from "react";

/** Reads a record again whenever its revision moves; keeps showing the last one meanwhile. */
export function useRecord<T>(path: string | null, revision: number): { record: T | null; failure: string } {
  const [state, setState] = useState<{ path: string | null; record: T | null; failure: string }>({
    path,
    record: null,
    failure: "",
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says when to read again
  useEffect(() => {
    if (path === null) return;
    const reading = new AbortController();
    read<T>(path, reading.signal).then(
      (record) => setState({ path, record, failure: "" }),
      (error: unknown) => {
        if (!reading.signal.aborted) setState({ path, record: null, failure: String(error) });
      },
    );
    return () => reading.abort();
  }, [path, revision]);
  // Another record's content must not stand under this one's name.
  return state.path === path ? state : { record: null, failure: "" };
}

async function read<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal });
  if (!response.ok) throw new Error(`could not be read (${response.status})`);
  return (await response.json()) as T;
}
