import assert from 'node:assert/strict'
import type { KeyObject } from 'node:crypto'
import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SmsCipher } from '../../src/simulator/goform-cipher.ts'
import { MF79U, MF833 } from '../../src/simulator/goform-profiles.ts'
import type { RouterBench } from './goform-bench.ts'
import { ROUTER_NUMBER, setUpRouter } from './goform-bench.ts'

const { crypto_vectors: VECTORS } = JSON.parse(
  readFileSync(new URL('../vectors/goform.json', import.meta.url), 'utf8'),
) as {
  crypto_vectors: { session_key_hex: string; fields: readonly { what: string; plaintext: string; wire: string }[] }
}

const hexOf = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()

function publicKeyOf(line: string): KeyObject {
  const base64 = line.replace(/-----(?:BEGIN|END) PUBLIC KEY-----/g, '')
  return createPublicKey(
    `-----BEGIN PUBLIC KEY-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END PUBLIC KEY-----\n`,
  )
}

function envelope(line: string, key: Buffer): string {
  const publicKey = publicKeyOf(line)
  const octets = Buffer.from(key.toString('hex'))
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, octets).toString('base64')
}

function wrap(text: string, key: Buffer): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const octets = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), octets]).toString('base64')
}

function unwrap(wire: string, key: Buffer): string {
  const octets = Buffer.from(wire, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, 12))
  decipher.setAuthTag(octets.subarray(12, 28))
  return Buffer.concat([decipher.update(octets.subarray(28)), decipher.final()]).toString()
}

async function shakeHands({ browser }: RouterBench): Promise<Buffer> {
  const key = randomBytes(32)
  const { result } = await browser.read('web_crt_get')
  assert.equal(await browser.write('web_http_enstr_set', { web_enstr: envelope(result, key) }), 'success')
  return key
}

test('wrapped fields of the reference are opened with its key', () => {
  const cipher = new SmsCipher(true)
  assert.equal(cipher.register(envelope(cipher.publicKey, Buffer.from(VECTORS.session_key_hex, 'hex'))), true)
  assert.equal(VECTORS.fields.length, 4)
  for (const { what, plaintext, wire } of VECTORS.fields) assert.equal(cipher.unwrap(wire), plaintext, what)
})

test('what is no envelope registers nothing', () => {
  const cipher = new SmsCipher(true)
  const other = new SmsCipher(true)
  for (const text of ['', 'AAAA', envelope(other.publicKey, randomBytes(32)), randomBytes(256).toString('base64')]) {
    assert.equal(cipher.register(text), false)
  }
  const publicKey = publicKeyOf(cipher.publicKey)
  const padded = Buffer.concat([Buffer.of(0, 1), Buffer.alloc(189, 0xff), Buffer.of(0), Buffer.from('a'.repeat(64))])
  const wrongKind = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, padded)
  assert.equal(cipher.register(wrongKind.toString('base64')), false)
  assert.equal(cipher.isActive, false)
})

test('messages are plain until a key is registered, and wrapped from then on, both ways', async (t) => {
  const bench = await setUpRouter(t, { like: MF833 })
  const { network, browser } = bench
  network.inject({ to: ROUTER_NUMBER, from: '+385911111111', text: 'Bok, Čedo 👍' })
  assert.equal((await browser.list())[0]?.['content'], hexOf('Bok, Čedo 👍'))
  const key = await shakeHands(bench)
  const [row] = await browser.list()
  assert.equal(unwrap(row?.['content'] ?? '', key), hexOf('Bok, Čedo 👍'))
  assert.equal(unwrap(row?.['number'] ?? '', key), hexOf('+385911111111'))
  const to = '+447700900123'
  assert.equal(await browser.send(wrap(to, key), '', { MessageBody: wrap(hexOf('Alarm'), key) }), 'success')
  assert.equal(await browser.status(), '3')
  assert.deepEqual(
    network.taken.map(({ submit }) => [submit.to.number, submit.content.text]),
    [[to, 'Alarm']],
  )
})

test('a plain body on a router that wraps is kept as garbage and not sent', async (t) => {
  const bench = await setUpRouter(t, { like: MF833 })
  await shakeHands(bench)
  await bench.browser.send('+447700900123', 'Alarm')
  assert.equal(await bench.browser.status(), '2')
  assert.equal(bench.network.taken.length, 0)
  assert.deepEqual(
    (await bench.browser.list()).map((row) => row['tag']),
    ['3'],
  )
})

test('a person in a browser replaces the key, and a power cut ends it', async (t) => {
  const bench = await setUpRouter(t, { like: MF833 })
  const { network, router, browser } = bench
  network.inject({ to: ROUTER_NUMBER, text: 'One' })
  const key = await shakeHands(bench)
  router.personLogsIn()
  await browser.logIn()
  const content = async () => (await browser.list())[0]?.['content'] ?? ''
  const wrapped = await content()
  assert.throws(() => unwrap(wrapped, key))
  const next = await shakeHands(bench)
  assert.equal(unwrap(await content(), next), hexOf('One'))
  router.unplug()
  await router.replug()
  await browser.logIn()
  assert.equal(await content(), hexOf('One'))
})

test('firmware without it knows nothing of it, until it is updated', async (t) => {
  const bench = await setUpRouter(t, { like: MF79U })
  assert.deepEqual(await bench.browser.read('web_crt_get'), { web_crt_get: '' })
  assert.equal(await bench.browser.write('web_http_enstr_set', { web_enstr: 'AAAA' }), 'failure')
  bench.router.encryptSms()
  await shakeHands(bench)
})
