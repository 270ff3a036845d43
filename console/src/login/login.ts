// Coming in. These addresses are outside the API: nobody is known yet.
import { refusal, Refused } from '../api/client';

export interface LoginOptions {
  first: boolean;
  provider?: string;
}

async function ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json' };
  }
  let response: Response;
  try {
    response = await fetch(`/login/${path}`, init);
  } catch {
    throw new Refused(0, 'unreachable', 'the site does not answer', undefined);
  }
  if (response.ok) return (await response.json()) as T;
  throw await refusal(response);
}

export const login = {
  options: () => ask<LoginOptions>('GET', 'options'),
  password: (name: string, password: string, code: string) =>
    ask<object>('POST', 'password', { name, password, code }),
  askForPasskey: () => ask<{ public_key: Record<string, unknown> }>('POST', 'passkey/ask', {}),
  passkey: (answer: unknown) => ask<object>('POST', 'passkey', answer),
};
