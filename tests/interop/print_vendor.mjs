// A print vendor in another language, written from docs/print-vendor.md alone, with what Node has by itself.
// Reads {queue, statuses, region, credentials, keys, schemas, now} from its input; takes what lies in the queue, cancels first, "prints"
// each letter to its output, tells accepted, printed and posted, and deletes a message only after that.
import { createDecipheriv, createHash, createHmac, createPrivateKey, privateDecrypt, constants } from 'node:crypto'
import { readFileSync } from 'node:fs'

const told = JSON.parse(readFileSync(0, 'utf8'))
const schemas = Object.fromEntries(['letter-2', 'sealed-letter-1', 'letter-cancel-1', 'letter-status-1'].map((name) => {
  const schema = JSON.parse(readFileSync(`${told.schemas}/${name}.json`, 'utf8'))
  return [schema.$id.split(':').pop(), schema]
}))

// JSON Schema, as far as these four use it.
function holds(schema, value, root = schema) {
  if (schema.$ref) return holds(schema.$ref.split('/').slice(1).reduce((at, name) => at[name], root), value, root)
  const kinds = { string: typeof value === 'string', boolean: typeof value === 'boolean', null: value === null,
    array: Array.isArray(value), object: value !== null && typeof value === 'object' && !Array.isArray(value),
    integer: Number.isInteger(value) }
  if (schema.type && ![schema.type].flat().some((kind) => kinds[kind])) return false
  if ('const' in schema && value !== schema.const) return false
  if (schema.enum && !schema.enum.includes(value)) return false
  if (kinds.string) {
    if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) return false
    if (value.length > (schema.maxLength ?? Infinity) || value.length < (schema.minLength ?? 0)) return false
  }
  if (kinds.array) {
    if (value.length > (schema.maxItems ?? Infinity) || value.length < (schema.minItems ?? 0)) return false
    if (schema.items && !value.every((one) => holds(schema.items, one, root))) return false
  }
  if (kinds.object) {
    if ((schema.required ?? []).some((name) => !(name in value))) return false
    const known = schema.properties ?? {}
    if (schema.additionalProperties === false && Object.keys(value).some((name) => !(name in known))) return false
    if (!Object.entries(known).every(([name, inner]) => !(name in value) || holds(inner, value[name], root))) return false
  }
  if (schema.anyOf && !schema.anyOf.some((one) => holds(one, value, root))) return false
  if (schema.not && holds(schema.not, value, root)) return false
  if (schema.if) {
    const branch = holds(schema.if, value, root) ? schema.then : schema.else
    if (branch && !holds(branch, value, root)) return false
  }
  return true
}

// JWE, compact: RSA-OAEP-256 and A256GCM, and nothing else.
function open(content) {
  const [header, wrapped, nonce, sealed, tag] = content.split('.').map((part) => Buffer.from(part, 'base64url'))
  const { alg, enc, kid, zip } = JSON.parse(header)
  if (alg !== 'RSA-OAEP-256' || enc !== 'A256GCM' || zip) throw new Error('sealed in another way')
  const jwk = told.keys.find((key) => key.kid === kid)
  if (!jwk) throw new Error('no such key')
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const key = privateDecrypt({ key: createPrivateKey({ key: jwk, format: 'jwk' }), padding, oaepHash: 'sha256' }, wrapped)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAuthTag(tag)
  decipher.setAAD(Buffer.from(content.split('.')[0]))
  return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]))
}

// SQS: its JSON protocol, signed as AWS wants it (Signature Version 4).
const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const hmac = (key, text) => createHmac('sha256', key).update(text).digest()
async function sqs(action, asked) {
  const { host, origin } = new URL(asked.QueueUrl)
  const body = JSON.stringify(asked)
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const headers = { 'content-type': 'application/x-amz-json-1.0', host, 'x-amz-date': at, 'x-amz-target': `AmazonSQS.${action}` }
  if (told.credentials.token) headers['x-amz-security-token'] = told.credentials.token
  const names = Object.keys(headers).sort()
  const canonical = ['POST', '/', '', ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'), sha256(body)].join('\n')
  const scope = `${at.slice(0, 8)}/${told.region}/sqs/aws4_request`
  const key = scope.split('/').reduce((made, part) => hmac(made, part), `AWS4${told.credentials.secret}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n')).toString('hex')
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${told.credentials.id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  const { host: _, ...sent } = headers
  const answer = await fetch(origin, { method: 'POST', headers: sent, body })
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`)
  return JSON.parse(await answer.text() || '{}')
}

async function tell(letterId, status, more = {}) {
  const value = { schema: 'letter-status/1', letter_id: letterId, status, at: new Date().toISOString(), ...more }
  if (!holds(schemas['letter-status/1'], value)) throw new Error('no status')
  await sqs('SendMessage', { QueueUrl: told.statuses, MessageBody: JSON.stringify(value) })
}

const done = async (one) => sqs('DeleteMessage', { QueueUrl: told.queue, ReceiptHandle: one.ReceiptHandle })

const taken = []
for (let some; (some = (await sqs('ReceiveMessage', { QueueUrl: told.queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
  VisibilityTimeout: 600 })).Messages ?? []).length > 0;) taken.push(...some)

const read = taken.flatMap((one) => {
  const value = JSON.parse(one.Body)
  const schema = schemas[value.schema]
  return schema && holds(schema, value) ? [{ ...one, value }] : []
})
const cancelled = new Set()
for (const one of read.filter(({ value }) => value.schema === 'letter-cancel/1')) {
  cancelled.add(one.value.letter_id)
  await tell(one.value.letter_id, 'cancelled')
  await done(one)
}
const printed = {}
let left = taken.length - read.length
for (const one of read.filter(({ value }) => value.schema === 'sealed-letter/1')) {
  const { letter_id: letterId, content, print_before: before } = one.value
  if (cancelled.has(letterId) || letterId in printed || new Date(before) <= new Date()) {
    await done(one)
    continue
  }
  let letter
  try {
    letter = open(content)
    if (!holds(schemas['letter/2'], letter) || letter.letter_id !== letterId) throw new Error('no letter')
  } catch {
    left += 1 // not failed: it comes again, and then to the dead letters
    continue
  }
  await tell(letterId, 'accepted')
  printed[letterId] = [letter.addressee, ...letter.address, letter.code].join('\n')
  await tell(letterId, 'printed', { batch: 'node-1' })
  await tell(letterId, 'posted', { batch: 'node-1' })
  await done(one)
}
console.log(JSON.stringify({ printed, cancelled: [...cancelled], left }))
