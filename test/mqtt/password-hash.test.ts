import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, isPasswordOf } from '../../src/mqtt/password-hash.ts'

test('a hash is that of its password and of no other', async () => {
  const hash = await hashPassword('Grüße')
  assert.match(hash, /^scrypt:16384:8:1:[\w-]{22}:[\w-]{43}$/)
  for (const [password, isRight] of [
    ['Grüße', true],
    ['Grüsse', false],
    ['grüße', false],
    ['', false],
  ] as const) {
    assert.equal(await isPasswordOf(hash, password), isRight, password)
  }
  assert.ok(await isPasswordOf(hash, Buffer.from('Grüße')))
})

test('no two hashes of a password are alike', async () => {
  assert.notEqual(await hashPassword('x'), await hashPassword('x'))
})

test('the third vector of RFC 7914 section 12 is understood', async () => {
  const salt = Buffer.from('SodiumChloride').toString('base64url')
  const key = Buffer.from(
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    'hex',
  ).toString('base64url')
  assert.ok(await isPasswordOf(`scrypt:16384:8:1:${salt}:${key}`, 'pleaseletmein'))
})

test('a hash that wants more memory than a small machine has is refused', async () => {
  await assert.rejects(isPasswordOf('scrypt:1048576:8:1:c2FsdA:a2V5', 'x'), /memory limit/)
})
