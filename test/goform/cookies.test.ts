import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCookies, takeCookies } from '../../src/goform/cookies.ts'

const NONE = new Map<string, string>()

test('cookies are kept as received, whatever the attributes look like', () => {
  const HEADERS: readonly (readonly [header: string, cookie: string])[] = [
    ['stok="5A1C"; path=/; HttpOnly', 'stok="5A1C"'],
    ['zwsd="4494";HttpOnly="1"', 'zwsd="4494"'],
    ['zsidn=abc=d; Path=/', 'zsidn=abc=d'],
    ['  id = 7 ', 'id=7'],
  ]
  for (const [header, cookie] of HEADERS) {
    assert.equal(formatCookies(takeCookies(NONE, [header]), true), cookie)
    assert.equal(formatCookies(takeCookies(NONE, [header]), false), cookie.replaceAll('"', ''))
  }
})

test('the last value of a cookie wins, others stay, and an empty one goes', () => {
  const first = takeCookies(NONE, ['random="1"', 'stok="A"'])
  const second = takeCookies(first, ['stok="B"'])
  assert.equal(formatCookies(second, true), 'random="1"; stok="B"')
  assert.equal(formatCookies(takeCookies(second, ['random=""; path=/', 'stok=']), true), null)
})

test('what is no cookie is none', () => {
  assert.equal(takeCookies(NONE, ['', 'path', '=x', ';a=b', 'a b=c']).size, 0)
  assert.equal(formatCookies(NONE, true), null)
})
