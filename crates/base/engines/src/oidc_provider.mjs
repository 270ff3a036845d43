// An OpenID Connect provider that lets everybody in whom the address names: `login_hint=name:group,group`.
const [modulePath, port, secret] = process.argv.slice(2);
const { default: Provider } = await import(modulePath);
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'aurorasoc',
      client_secret: secret,
      redirect_uris: ['http://localhost/login/oidc/callback'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  clientBasedCORS: () => false,
  pkce: { required: () => true },
  scopes: ['openid', 'profile', 'groups'],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['a test'] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant(ctx) {
    const { client, session, params } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({
      clientId: client.clientId,
      accountId: session.accountId,
    });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
  async findAccount(_, id) {
    const [name, groups = ''] = id.split(':');
    const claims = { sub: `subject-${name}`, name: `Called ${name}`, preferred_username: name };
    return { accountId: id, claims: async () => ({ ...claims, groups: groups.split(',') }) };
  },
});

// A native client may come back to any port of this machine (RFC 8252, section 7.3).
const { Client } = provider;
const allowed = Client.prototype.redirectUriAllowed;
Client.prototype.redirectUriAllowed = function (uri) {
  const plain = new URL(uri);
  plain.port = '';
  return allowed.call(this, plain.href);
};

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const login = { accountId: params.login_hint };
  await provider.interactionFinished(ctx.req, ctx.res, { login }, { mergeWithLastSubmission: false });
  ctx.respond = false;
});

provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
