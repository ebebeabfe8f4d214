import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newFinding, recallFinding } from '../../src/driver/goform-finding.ts'

describe('what is known of a device', () => {
  test('is recalled for the same firmware, and forgotten with another one', () => {
    const finding = { ...newFinding('MF79U B03'), transform: 'base64', token: 'md5', unsupported: ['sinr'] } as const
    const note = JSON.stringify(finding)
    assert.deepEqual(recallFinding(note, 'MF79U B03'), finding)
    assert.deepEqual(recallFinding(note, 'MF79U B04'), newFinding('MF79U B04'))
  })

  for (const note of [
    null,
    '',
    '{',
    'null',
    '[]',
    '"MF79U B03"',
    '{"device":"MF79U B03"}',
    JSON.stringify({ ...newFinding('MF79U B03'), transform: 'rot13' }),
    JSON.stringify({ ...newFinding('MF79U B03'), unsupported: [7] }),
  ]) {
    test(`begins anew with a note that says ${note}`, () => {
      assert.deepEqual(recallFinding(note, 'MF79U B03'), newFinding('MF79U B03'))
    })
  }
})
