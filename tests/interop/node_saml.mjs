// Runs one step of @node-saml/node-saml, unmodified: reads {step, options, ...} from stdin, writes JSON.
import { readFileSync } from "node:fs";
import { SAML } from "@node-saml/node-saml";

const { step, options, relayState, certificate, message } = JSON.parse(readFileSync(0, "utf8"));
const saml = new SAML({
  ...options,
  validateInResponseTo: "never",
  // The request was made by another run of this program, so the answer is matched by the test.
});

const steps = {
  metadata: async () => saml.generateServiceProviderMetadata(certificate, certificate),
  redirect: async () => saml.getAuthorizeUrlAsync(relayState, undefined, {}),
  form: async () => saml.getAuthorizeFormAsync(relayState),
  read: async () => (await saml.validatePostResponseAsync({ SAMLResponse: message })).profile,
};

try {
  console.log(JSON.stringify({ result: await steps[step]() }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error.message) }));
}
