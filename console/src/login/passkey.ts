// Passkeys: WebAuthn's own JSON on the line, bytes in the browser.

type Json = Record<string, unknown>;

/** How the generated types write an object of which the API's document says nothing. */
export type Anything = Record<string, never>;

/** Whether this browser, at this address, can use passkeys: they are bound to names. */
export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && !/^[\d.]+$|^\[/.test(location.hostname);
}

export function toBytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

export function toText(bytes: ArrayBuffer): string {
  const plain = [...new Uint8Array(bytes)].map((byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

interface Descriptor {
  id: string;
  type: 'public-key';
}

const described = ({ id, type }: Descriptor) => ({ id: toBytes(id), type });

/** Makes a passkey; `undefined` when the person closed the dialog. */
export async function make(asked: Json): Promise<Json | undefined> {
  const user = asked.user as { id: string; name: string; displayName: string };
  const publicKey = {
    ...asked,
    challenge: toBytes(asked.challenge as string),
    user: { ...user, id: toBytes(user.id) },
    excludeCredentials: (asked.excludeCredentials as Descriptor[]).map(described),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = await shown(() => navigator.credentials.create({ publicKey }));
  if (!made) return undefined;
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    type: made.type,
    response: {
      clientDataJSON: toText(clientDataJSON),
      attestationObject: toText(attestationObject),
    },
  };
}

/** Has a passkey sign; `undefined` when the person closed the dialog. */
export async function sign(asked: Json): Promise<Json | undefined> {
  const parties = asked.parties as Record<string, string> | undefined;
  // Of several names of one site, this page can use its own passkeys alone.
  const known = (asked.allowCredentials as Descriptor[]).filter(
    ({ id }) => !parties || parties[id] === location.hostname,
  );
  const publicKey = {
    challenge: toBytes(asked.challenge as string),
    rpId: (asked.rpId as string | undefined) ?? location.hostname,
    allowCredentials: known.map(described),
    userVerification: 'required',
    timeout: asked.timeout as number,
  } satisfies PublicKeyCredentialRequestOptions;
  const signed = await shown(() => navigator.credentials.get({ publicKey }));
  if (!signed) return undefined;
  const response = signed.response as AuthenticatorAssertionResponse;
  return {
    id: signed.id,
    type: signed.type,
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    },
  };
}

/** Closing the dialog is no failure. */
async function shown(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | undefined> {
  try {
    return ((await ask()) ?? undefined) as PublicKeyCredential | undefined;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') return undefined;
    throw error;
  }
}
