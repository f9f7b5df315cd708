// Runs one step of samlify, unmodified: reads {step, provider, metadata, ...} from stdin, writes JSON.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import samlify from "samlify";

const { step, provider, metadata, binding, scoping, message, session } = JSON.parse(readFileSync(0, "utf8"));
// samlify wants to be told how to validate against the schemas. Each way that it offers takes seconds a message; what
// it does with a signature and a cipher is what is tried here.
samlify.setSchemaValidator({ validate: async () => "not validated" });
const sp = samlify.ServiceProvider(provider);
const idp = samlify.IdentityProvider({
  metadata,
  isAssertionEncrypted: true,
  messageSigningOrder: "encrypt-then-sign",
  wantLogoutRequestSigned: true,
});

// What samlify has no setting for goes into its template.
const forAnother = (template) => {
  const id = `_${randomUUID()}`;
  const context = samlify.SamlLib.replaceTagsByValue(
    template.replace("</samlp:AuthnRequest>", `${scoping}</samlp:AuthnRequest>`),
    {
      ID: id,
      Destination: idp.entityMeta.getSingleSignOnService(binding),
      Issuer: sp.entityMeta.getEntityID(),
      IssueInstant: new Date().toISOString(),
      ProtocolBinding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
      AssertionConsumerServiceURL: sp.entityMeta.getAssertionConsumerService("post"),
      NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
      AllowCreate: "true",
      // What has no value is taken out only when it is named.
      ForceAuthn: undefined,
      AssertionConsumerServiceIndex: undefined,
    },
  );
  return { id, context };
};

const steps = {
  metadata: async () => sp.getMetadata(),
  start: async () => sp.createLoginRequest(idp, binding, scoping ? { customTagReplacement: forAnother } : {}).context,
  read: async () => (await sp.parseLoginResponse(idp, "post", { body: { SAMLResponse: message } })).extract,
  leave: async () => sp.createLogoutRequest(idp, binding, { logoutNameID: session, sessionIndex: session }).context,
  left: async () => (await sp.parseLogoutResponse(idp, "post", { body: { SAMLResponse: message } })).extract,
};

try {
  console.log(JSON.stringify({ result: await steps[step]() }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error.message ?? error) }));
}
