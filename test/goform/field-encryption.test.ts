import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto'
import { test } from 'node:test'
import { isSealed, parseDeviceKey, registerKeyForm, sealField, unsealField } from '../../src/goform/field-encryption.ts'
import { encodeHexText } from '../../src/goform/text.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index))

test('the key of the device is read off its one line, and gets ours as hex digits', () => {
  const deviceKey = parseDeviceKey({ result: PEM.replaceAll('\n', '') })
  assert.equal(deviceKey, PEM)
  const form = new Map(registerKeyForm(deviceKey!, KEY))
  assert.equal(form.get('goformId'), 'web_http_enstr_set')
  // Node no longer undoes this padding by itself: the last octets of the block are the message.
  const block = privateDecrypt(
    { key: privateKey, padding: constants.RSA_NO_PADDING },
    Buffer.from(form.get('web_enstr')!, 'base64'),
  )
  assert.deepEqual([...block.subarray(0, 2)], [0, 2])
  assert.equal(block.subarray(-65).toString('latin1'), `\0${KEY.toString('hex')}`)
})

test('firmware without a key does not encrypt', () => {
  for (const values of [{ result: '' }, { result: 'failure' }, { web_crt_get: '' }, {}]) {
    assert.equal(parseDeviceKey(values), null)
  }
})

test('a key that is none is a fault', () => {
  const deviceKey = parseDeviceKey({ result: '-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----' })
  assert.throws(() => registerKeyForm(deviceKey!, KEY), { code: 'protocol' })
})

test('plain fields are not taken for encrypted ones and pass unchanged', () => {
  const PLAIN = [
    '',
    '+385911234567',
    'HRTelekom',
    encodeHexText('a long text in hex digits'),
    'a plain text, with blanks and more of it!',
  ]
  for (const field of PLAIN) {
    assert.equal(isSealed(field), false, field)
    assert.equal(unsealField(field, KEY), field)
  }
})

test('even an empty text is recognised once sealed, and one changed letter is noticed', () => {
  const sealed = sealField('', KEY, Buffer.alloc(12))
  assert.ok(isSealed(sealed))
  assert.equal(unsealField(sealed, KEY), '')
  const forged = `${sealed.startsWith('B') ? 'C' : 'B'}${sealed.slice(1)}`
  assert.throws(() => unsealField(forged, KEY), { code: 'protocol' })
})
