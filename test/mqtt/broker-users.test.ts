import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BrokerUsers } from '../../src/mqtt/broker-users.ts'

function usersWith(count: number) {
  let asked = 0
  let atOnce = 0
  let most = 0
  const check = async (hash: string, password: string | Buffer): Promise<boolean> => {
    asked += 1
    atOnce += 1
    most = Math.max(most, atOnce)
    await new Promise((resolve) => setImmediate(resolve))
    atOnce -= 1
    if (hash === 'broken') throw new Error('no hash')
    return hash === `hash of ${password}`
  }
  const users = Array.from({ length: count }, (_, index) => ({
    username: `u${index}`,
    password: null,
    passwordHash: index === 1 ? 'broken' : `hash of p${index}`,
  }))
  const known = new BrokerUsers(users, check)
  const knows = (username: string, password: string) => known.knows(username, Buffer.from(password))
  return { knows, asked: () => asked, most: () => most }
}

test('a password that was right once needs no slow hash again, and no other profits from that', async () => {
  const { knows, asked } = usersWith(3)
  assert.equal(await knows('u0', 'p0'), true)
  assert.equal(await knows('u0', 'p0'), true)
  assert.equal(asked(), 1)
  assert.equal(await knows('u0', 'wrong'), false)
  assert.equal(await knows('u2', 'p0'), false)
  assert.equal(asked(), 3)
})

test('an unknown name costs as much time as a known one', async () => {
  const { knows, asked } = usersWith(1)
  assert.equal(await knows('stranger', 'p0'), false)
  assert.equal(asked(), 1)
})

test('a flood of wrong passwords is looked at one after the other, and ends nothing', async () => {
  const { knows, most } = usersWith(3)
  const guesses = Array.from({ length: 20 }, (_, index) => knows(`u${index % 3}`, `guess ${index}`).catch(() => false))
  assert.deepEqual([...new Set(await Promise.all(guesses))], [false])
  assert.equal(most(), 1)
  assert.equal(await knows('u2', 'p2'), true)
})
