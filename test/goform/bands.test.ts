import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lteBandOf, parseBand } from '../../src/goform/bands.ts'

test('a channel belongs to its band up to the edges (3GPP TS 36.101 table 5.7.3-1)', () => {
  const CHANNELS: readonly (readonly [earfcn: number, band: string | null])[] = [
    [0, 'B1'],
    [599, 'B1'],
    [1300, 'B3'],
    [3025, 'B7'],
    [3764, 'B8'],
    [5000, null],
    [6300, 'B20'],
    [9659, 'B28'],
    [20_000, null],
    [39_649, 'B40'],
    [39_650, 'B41'],
    [46_590, null],
  ]
  for (const [earfcn, band] of CHANNELS) assert.equal(lteBandOf(earfcn), band, String(earfcn))
})

test('a band is read in every way in which it is written', () => {
  const BANDS: readonly (readonly [text: string, band: string | null])[] = [
    ['LTE BAND 3', 'B3'],
    ['20', 'B20'],
    ['B7', 'B7'],
    ['b07', 'B7'],
    ['n78', 'n78'],
    ['N1', 'n1'],
    ['0', null],
    ['', null],
    ['--', null],
    ['WCDMA 2100', null],
  ]
  for (const [text, band] of BANDS) assert.equal(parseBand(text), band, text)
})
