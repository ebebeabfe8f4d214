import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LoginResult } from '../../src/goform/login.ts'
import {
  loginError,
  loginForm,
  readLoginLock,
  readLoginResult,
  tokenKindsFor,
  writeToken,
} from '../../src/goform/login.ts'
import { parseReply } from '../../src/goform/reply.ts'
import { answer } from './vectors.ts'

test('a user name goes into the field that the firmware wants, and makes it another command', () => {
  for (const field of ['user', 'username'] as const) {
    assert.deepEqual(loginForm('base64', 'admin', '', { field, name: 'root' }), [
      ['goformId', 'LOGIN_MULTI_USER'],
      [field, 'root'],
      ['password', 'YWRtaW4='],
    ])
  }
})

test('the kind of token follows from the length of RD; the other one is tried second', () => {
  assert.deepEqual(tokenKindsFor(''), ['none'])
  assert.deepEqual(tokenKindsFor('0'.repeat(32)), ['md5', 'sha256'])
  assert.deepEqual(tokenKindsFor('F'.repeat(64)), ['sha256', 'md5'])
  assert.equal(writeToken('none', { RD: 'F' }), null)
})

test('an item that did not come counts as empty in a token', () => {
  const values = { wa_inner_version: 'BD_SIMMF79RUV1.0.0B02', RD: 'DEADBEEF' }
  assert.equal(writeToken('md5', values), '8e889743bf8d0f59d78361b31cf590d6')
})

describe('a login', () => {
  const RESULTS: readonly (readonly [body: string, result: LoginResult])[] = [
    ['{"result":"0"}', 'ok'],
    ['{"result":0}', 'ok'],
    ['{"result":"4"}', 'ok'],
    ['{"result":"1"}', 'locked_or_refused'],
    ['{"result":"2"}', 'locked_or_refused'],
    ['{"result":"3"}', 'bad_password'],
    ['{"result":"5"}', 'bad_user'],
    ['{"result":"failure"}', 'not_understood'],
    ['', 'not_understood'],
    ['<html>', 'not_understood'],
  ]
  for (const [body, result] of RESULTS) {
    test(`answered with ${body || 'nothing'} is ${result}`, () => {
      assert.equal(readLoginResult(parseReply(answer(body))), result)
    })
  }
  test('with an unknown code is a fault, never a success', () => {
    for (const body of ['{"result":"9"}', '{"result":""}', '{}', '{"result":"success"}']) {
      assert.throws(() => readLoginResult(parseReply(answer(body))), { code: 'protocol' }, body)
    }
  })
})

describe('the lock', () => {
  const LOCKS: readonly (readonly [attempts: string, seconds: string, lock: readonly [number, number]])[] = [
    ['', '', [5, 0]],
    ['5', '-1', [5, 0]],
    ['2', '300', [2, 0]],
    ['0', '287', [0, 287]],
    ['0', '', [0, 300]],
    ['0', '-1', [0, 0]],
    ['0', '0', [0, 0]],
    ['-1', '10', [0, 10]],
    ['many', 'long', [5, 0]],
  ]
  for (const [psw_fail_num_str, login_lock_time, [attemptsLeft, lockedSeconds]] of LOCKS) {
    test(`"${psw_fail_num_str}" attempts and "${login_lock_time}" seconds`, () => {
      const lock = readLoginLock({ psw_fail_num_str, login_lock_time })
      assert.deepEqual(lock, { attemptsLeft, lockedSeconds, isTimed: /\d/.test(login_lock_time) })
    })
  }
  test('is told before anything else, and trying again makes sense later', () => {
    const error = loginError('bad_password', { attemptsLeft: 0, lockedSeconds: 286.2 })
    assert.match(error.message, /locked.*287 seconds/)
    assert.equal(error.retry, 'later')
  })
  test('comes nearer with each wrong password, which is not tried again', () => {
    const error = loginError('bad_password', { attemptsLeft: 4, lockedSeconds: 0 })
    assert.match(error.message, /password is wrong.*: 4\./)
    assert.equal(error.retry, 'never')
    assert.equal(loginError('bad_user', { attemptsLeft: 4, lockedSeconds: 0 }).retry, 'never')
    assert.equal(loginError('locked_or_refused', { attemptsLeft: 5, lockedSeconds: 0 }).retry, 'later')
  })
})
