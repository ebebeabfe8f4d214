import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ERRORS, ModemError } from '../../src/modem/errors.ts'

describe('ModemError', () => {
  it('takes the retry class of its code', () => {
    for (const { code, retry } of ERRORS) assert.equal(new ModemError(code, 'x').retry, retry)
  })

  it('lets a CMS number say more about trying again than the code', () => {
    assert.equal(new ModemError('rejected_by_network', 'congestion', { cms: 42, retry: 'now' }).retry, 'now')
  })

  it('keeps raw text out of the message', () => {
    const error = new ModemError('protocol', 'The answer is broken.', { detail: '+CMGL: 1,"secret"' })
    assert.equal(error.message.includes('secret'), false)
    assert.equal(error.detail, '+CMGL: 1,"secret"')
  })

  it('has one row per code, and each tells the user something in a whole sentence', () => {
    assert.equal(new Set(ERRORS.map(({ code }) => code)).size, ERRORS.length)
    for (const { meaning } of ERRORS) assert.match(meaning, /^[A-Z].{20,}\.$/)
  })
})
