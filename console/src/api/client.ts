// One typed call over fetch. Paths, parameters and bodies come from the checked-in OpenAPI file.
import type { paths } from './schema';

type Method = 'get' | 'post' | 'delete';

type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

type Answer<O> = O extends { responses: infer R }
  ? R[keyof R & (200 | 201 | 202)] extends { content: { 'application/json': infer T } }
    ? T
    : never
  : never;

type Input<O> = (O extends { parameters: { path: infer P } } ? { path: P } : { path?: never }) &
  (O extends { parameters: { query?: infer Q } } ? { query?: Q } : { query?: never }) &
  (O extends { requestBody: { content: { 'application/json': infer B } } }
    ? { body: B }
    : { body?: never });

/** What the site answered instead of doing what was asked. `status` 0: it did not answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fix: string | undefined,
    /** What was asked for in the caller's stead, with `approval_needed`. */
    readonly approval?: string | undefined,
  ) {
    super(message);
  }
}

type Loose = {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
};

export async function call<P extends keyof paths & string, M extends Method>(
  method: M,
  path: P,
  input: Input<Operation<P, M>>,
  signal?: AbortSignal,
  approval?: string,
): Promise<Answer<Operation<P, M>>> {
  const { body, ...rest } = input as Loose;
  const init: RequestInit = { method: method.toUpperCase() };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json' };
  }
  if (approval) init.headers = { ...init.headers, 'aurora-approval': approval };
  let response: Response;
  try {
    response = await fetch(address(path, rest), init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, 'unreachable', 'the site does not answer', undefined);
  }
  if (response.ok) return (await response.json()) as Answer<Operation<P, M>>;
  throw await refusal(response);
}

function address(path: string, { path: named = {}, query = {} }: Loose): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(named[name] ?? ''),
  );
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') asked.set(name, String(value));
  }
  const text = asked.toString();
  return `/api/v1${filled}${text ? `?${text}` : ''}`;
}

/** What an answer says that is none. */
export async function refusal(response: Response): Promise<Refused> {
  try {
    const { error } = (await response.json()) as {
      error: { code: string; message: string; fix?: string; approval?: string };
    };
    return new Refused(response.status, error.code, error.message, error.fix, error.approval);
  } catch {
    return new Refused(response.status, 'unreadable', response.statusText, undefined);
  }
}
