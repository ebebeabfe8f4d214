import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Site } from '../../src/goform/request.ts'
import { formatFields, GOFORM_PATHS, REQPROC_PATHS, readItems, readTable, write } from '../../src/goform/request.ts'

const SITE: Site = { origin: 'http://192.168.0.1', paths: GOFORM_PATHS, cookie: null }

const itemsOf = (target: string) => /cmd=([^&]*)/.exec(target)![1]!.split(',')

test('a long list of items is asked for in several requests, each with a line that the device takes whole', () => {
  const items = Array.from({ length: 500 }, (_, index) => `some_item_${index}`)
  const requests = readItems(SITE, items, 1_714_560_000_000, [['sms_received_flag_flag', '0']])
  assert.ok(requests.length > 2 && requests.length < 6, String(requests.length))
  const lengths = requests.map(({ target }) => `GET ${target} HTTP/1.1\r\n`.length)
  for (const length of lengths) assert.ok(length <= 2000, String(length))
  assert.ok(lengths[0]! > 1950, `the first is full: ${lengths[0]}`)
  for (const { target } of requests) {
    assert.match(target, /multi_data=1&sms_received_flag_flag=0&cmd=/)
    assert.match(target, /&_=1714560000000$/)
  }
  assert.deepEqual(
    requests.flatMap(({ target }) => itemsOf(target)),
    items,
  )
})

test('no items need no request, and an item too long for a line gets one of its own', () => {
  assert.deepEqual(readItems(SITE, [], 0), [])
  const requests = readItems(SITE, ['a', 'b'.repeat(3000), 'c'], 0)
  assert.deepEqual(
    requests.map(({ target }) => itemsOf(target).length),
    [1, 1, 1],
  )
})

test('headers name the device as it knows itself, with port and scheme, and the session', () => {
  const site = { ...SITE, origin: 'https://m.home:8443', cookie: 'stok="A"' }
  const { headers } = readTable(site, 'sms_capacity_info', [], 0)
  assert.deepEqual(headers, {
    Host: 'm.home:8443',
    Origin: 'https://m.home:8443',
    Referer: 'https://m.home:8443/index.html',
    'X-Requested-With': 'XMLHttpRequest',
    Cookie: 'stok="A"',
  })
  assert.equal('Cookie' in readTable(SITE, 'LD', [], 0).headers, false)
})

test('a write carries the form in its order, and the token last', () => {
  const request = write(
    { ...SITE, paths: REQPROC_PATHS },
    [
      ['goformId', 'X'],
      ['b', '1'],
    ],
    'f00d',
  )
  assert.equal(request.target, '/reqproc/proc_post')
  assert.equal(request.body, 'isTest=false&goformId=X&b=1&AD=f00d')
  assert.equal(request.headers['Content-Type'], 'application/x-www-form-urlencoded; charset=UTF-8')
  assert.equal(write(SITE, [['goformId', 'LOGIN']], null).body, 'isTest=false&goformId=LOGIN')
})

test('nothing in a value can end a field or begin another', () => {
  assert.equal(formatFields([['a', '+&=;# %,"ü']]), 'a=%2B%26%3D%3B%23%20%25%2C%22%C3%BC')
  assert.equal(formatFields([['a', 'x\ud83dy']]), 'a=x%EF%BF%BDy')
})
