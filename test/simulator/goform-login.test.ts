import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RouterProfile } from '../../src/simulator/goform-firmware.ts'
import {
  MC801A,
  MC888,
  MC7010,
  MF79RU,
  MF79U,
  MF266,
  MF286D,
  MF823,
  MF920V,
  U50,
} from '../../src/simulator/goform-profiles.ts'
import { Browser, setUpRouter } from './goform-bench.ts'

const ALL: readonly RouterProfile[] = [MF920V, MF79U, MF79RU, MF286D, MC801A, MC7010, MC888, MF266, U50]

for (const like of ALL) {
  test(`${like.model}: a stranger reads nothing and writes nothing, who logs in does, and a person takes it away`, async (t) => {
    const { browser, router } = await setUpRouter(t, { like, staysOut: true })
    const refused = like.writesRefusedBy === 'empty-body' ? '' : '{"result":"failure"}'
    const form = { msg_id: '1;', tag: '0' }
    const stands = async (hasSession: boolean): Promise<void> => {
      const { loginfo, sim_imsi } = await browser.items('loginfo,sim_imsi')
      assert.deepEqual([loginfo === 'ok', sim_imsi !== ''], [hasSession, hasSession])
      const capacity = await browser.read('sms_capacity_info')
      assert.equal(capacity.sms_nv_total, hasSession ? '100' : undefined)
      assert.equal(
        (await browser.post('SET_MSG_READ', { ...form, ...(await browser.token()) })).text,
        hasSession ? '{"result":"success"}' : refused,
      )
    }
    await stands(false)
    assert.equal(await browser.logIn('wrong'), '3')
    assert.equal(await browser.logIn(), '0')
    await stands(true)
    if (like.token !== 'none') assert.equal((await browser.post('SET_MSG_READ', form)).text, refused, 'without a token')
    router.personLogsIn()
    await stands(false)
    assert.equal(await browser.logIn(), '0')
    await stands(true)
    assert.equal(await browser.write('LOGOUT'), 'success')
    await stands(false)
  })
}

test('an open stick has no login at all', async (t) => {
  const { browser } = await setUpRouter(t)
  assert.equal(JSON.parse((await browser.post('LOGIN', { password: 'YWRtaW4=' })).text).result, 'failure')
  assert.equal((await browser.items('user_ip_addr')).user_ip_addr, '127.0.0.1')
})

test('five wrong passwords lock the account for 300 seconds, and asking meanwhile does not make it longer', async (t) => {
  const { browser, advance } = await setUpRouter(t, { like: MC801A, staysOut: true })
  const counters = () => browser.items('psw_fail_num_str,login_lock_time')
  const before = (await browser.read('LD')).LD
  for (const left of ['4', '3', '2', '1', '0']) {
    assert.equal(await browser.logIn('wrong'), '3')
    assert.equal((await counters()).psw_fail_num_str, left)
  }
  assert.notEqual((await browser.read('LD')).LD, before, 'each failure brings a new challenge')
  advance(100_000)
  assert.equal(await browser.logIn(), '1')
  assert.deepEqual(await counters(), { psw_fail_num_str: '0', login_lock_time: '200' })
  assert.deepEqual(await browser.read('login_lock_time'), { login_lock_time: '' }, 'alone it tells nothing')
  advance(199_999)
  assert.equal(await browser.logIn(), '1')
  advance(1)
  assert.deepEqual(await counters(), { psw_fail_num_str: '0', login_lock_time: '-1' })
  assert.equal(await browser.logIn(), '0')
  assert.equal((await counters()).psw_fail_num_str, '5')
})

test('a lock without end takes a power cut, and has a number of its own', async (t) => {
  const { browser, router, advance } = await setUpRouter(t, {
    like: MF266,
    staysOut: true,
    profile: { lockSeconds: Number.POSITIVE_INFINITY, lockedResult: '5' },
  })
  router.lockOut()
  advance(10_000_000)
  assert.equal(await browser.logIn(), '5')
  router.unplug()
  await router.replug()
  assert.equal(await browser.logIn(), '0')
})

test('a session ends when nobody uses it, and every request keeps it', async (t) => {
  const { browser, advance } = await setUpRouter(t, { like: MC801A })
  for (let i = 0; i < 3; i++) {
    advance(199_000)
    assert.equal((await browser.items('loginfo')).loginfo, 'ok')
  }
  advance(201_000)
  assert.equal((await browser.items('loginfo')).loginfo, '')
})

test('a new session puts an end to the one before', async (t) => {
  const { browser, router } = await setUpRouter(t, { like: MF79U })
  const other = new Browser(browser.port, router.profile)
  assert.equal(await other.logIn(), '0')
  assert.equal((await browser.items('loginfo')).loginfo, '')
  assert.equal((await other.items('loginfo')).loginfo, 'ok')
})

test('a cookie is recognised in the form that the firmware wants', async (t) => {
  for (const [accepts, bare, quoted] of [
    ['either', 'ok', 'ok'],
    ['bare', 'ok', ''],
    ['quoted', '', 'ok'],
  ] as const) {
    const cookie = { ...MF79U.cookie!, accepts }
    const { browser } = await setUpRouter(t, { like: MF79U, profile: { cookie } })
    const seen: (string | undefined)[] = []
    for (const stripsQuotes of [true, false]) {
      browser.stripsQuotes = stripsQuotes
      seen.push((await browser.items('loginfo')).loginfo)
    }
    assert.deepEqual(seen, [bare, quoted], accepts)
  }
})

test('a cookie that comes ahead of the login means nothing and is replaced', async (t) => {
  const { browser } = await setUpRouter(t, { like: U50, staysOut: true })
  await browser.read('LD')
  const early = browser.cookie
  assert.match(early ?? '', /^zsidn=[0-9A-F]{64}$/)
  assert.equal((await browser.items('loginfo')).loginfo, '')
  await browser.logIn()
  assert.notEqual(browser.cookie, early)
  assert.equal((await browser.items('loginfo')).loginfo, 'ok')
})

test('a token is good for as long as the firmware says', async (t) => {
  const CASES = [
    ['never', ['success', 'success', 'success']],
    ['each-write', ['success', 'failure', 'failure']],
    ['each-read', ['success', 'success', 'failure']],
  ] as const
  for (const [tokenRotates, results] of CASES) {
    const { browser } = await setUpRouter(t, { like: MF79U, profile: { tokenRotates } })
    const token = await browser.token()
    const heard: string[] = []
    for (const { reads } of [{ reads: false }, { reads: false }, { reads: true }]) {
      if (reads) await browser.read('RD')
      heard.push(JSON.parse((await browser.post('SET_MSG_READ', { ...token, msg_id: '1;' })).text).result)
    }
    assert.deepEqual(heard, results, tokenRotates)
  }
})

test('only the login and the language need no token, and a firmware may want a reading first', async (t) => {
  const { browser } = await setUpRouter(t, { like: MF79U, profile: { needsReadAfterLogin: true }, staysOut: true })
  const { AD = '' } = await browser.token()
  await browser.logIn()
  const form = { msg_id: '1;', AD }
  assert.equal((await browser.post('SET_WEB_LANGUAGE', { Language: 'hr' })).text, '{"result":"success"}')
  assert.equal((await browser.post('SET_MSG_READ', form)).text, '{"result":"failure"}')
  assert.equal((await browser.items('Language')).Language, 'hr')
  assert.equal((await browser.post('SET_MSG_READ', form)).text, '{"result":"success"}')
})

describe('headers are looked at', () => {
  const own = 'http://192.168.0.1/index.html'
  const CASES: readonly [string, Partial<RouterProfile>, Record<string, string>, string][] = [
    ['a foreign Referer', {}, { Referer: 'http://evil.example/' }, '{"result":"failure"}'],
    ['a Referer of the device itself', {}, { Referer: own }, '{"result":"0"}'],
    ['no Referer where none is needed', { needsReferer: false }, { Referer: '' }, '{"result":"0"}'],
    ['no Origin', { needsOrigin: true }, { Origin: '' }, '{"result":"3"}'],
    ['no X-Requested-With', { needsXhr: true }, { 'X-Requested-With': '' }, '{"result":"failure"}'],
    [
      'no charset',
      { needsCharset: true },
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      '{"result":"failure"}',
    ],
    ['the right Host', { checksHost: true }, { Host: '192.168.0.1', Referer: own }, '{"result":"0"}'],
    ['another Host', { checksHost: true }, {}, ''],
  ]
  for (const [what, profile, headers, expected] of CASES) {
    test(what, async (t) => {
      const { browser } = await setUpRouter(t, { like: MF79U, profile, staysOut: true })
      const form = { 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8', ...headers }
      const login = 'goformId=LOGIN&password=YWRtaW4%3D'
      const heard = await browser.exchange('POST', browser.profile.writePath, form, login)
      assert.equal(heard.text, expected)
      assert.equal(heard.status, expected === '' ? 302 : 200)
    })
  }
})

test('who is not logged in hears of it in the way of the firmware', async (t) => {
  const CASES = [
    ['empty-strings', 200, '{"sim_imsi":""}'],
    ['failure', 200, '{"result":"failure"}'],
    ['empty-body', 200, ''],
    ['html', 200, '<!DOCTYPE html>'],
    ['redirect', 302, ''],
  ] as const
  for (const [readsRefusedBy, status, text] of CASES) {
    const { browser } = await setUpRouter(t, { like: MF920V, profile: { readsRefusedBy }, staysOut: true })
    const heard = await browser.exchange('GET', `${MF823.readPath}?multi_data=1&cmd=sim_imsi`)
    assert.equal(heard.status, status)
    assert.equal(heard.text.slice(0, text.length || undefined), text)
    assert.equal((await browser.items('loginfo,model_name')).loginfo, 'no', 'what is open stays open')
  }
})

test('a user may have a name, in one field or the other', async (t) => {
  for (const userField of ['user', 'username'] as const) {
    const { browser } = await setUpRouter(t, { like: MF266, profile: { userField }, user: 'owner', staysOut: true })
    assert.equal(await browser.logIn('admin', 'admin'), '5')
    assert.equal(await browser.logIn('admin', 'owner'), '0')
  }
})
