import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findRouter, GENERIC_ROUTER, ROUTERS } from '../../src/devices/routers.ts'

describe('the profile of', () => {
  const DEVICES: readonly (readonly [modelName: string, firmware: string, profile: string])[] = [
    ['MF79U', 'BD_MF79UV1.0.0B03', 'MF79U'],
    ['MF79U', 'BD_XCBZHKMF79UV1.0.0B01', 'MF79U-BD_XCBZHK'],
    ['MF79RU', 'BD_MF79RUV1.0.0B02', 'MF79U'],
    ['', 'BD_SIMMF920VV1.0.0B05', 'MF920V'],
    ['MF920U', 'BD_CNCNLMF920UV1.0.0B10', 'MF920U'],
    ['MF823', 'BD_SIMMF823V1.0.0B02', 'MF823'],
    ['MF823D', '', 'MF823D'],
    ['MF283+', '', 'MF283+'],
    ['MF286D', 'SIM_MF286D_B12', 'MF286D'],
    ['MF286R', '', 'MF286R'],
    ['MF286', '', 'MF286'],
    ['MC801A', 'BD_SIMMC801AV1.0.0B07', 'MC801A'],
    ['MC7010', 'PLY_PL_MC7010V1.0.0B03', 'MC7010'],
    ['MC888', 'BD_STDMC888V1.0.0B04', 'MC888'],
    ['MC889', '', 'MC889'],
    ['MF297D', 'BD_TELIASEMF297DMODV1.0.1B03', 'MF297D'],
    ['', 'U30ProV1.0.0B23', 'U50'],
    ['U25S', '', 'U25S'],
    ['MC7510', '', 'generic'],
    ['', '', 'generic'],
  ]
  for (const [modelName, firmware, profile] of DEVICES) {
    test(`${modelName || firmware || 'nothing'} is ${profile}`, () => {
      assert.equal(findRouter(modelName, firmware).name, profile)
    })
  }
})

test('every row has a name of its own, evidence, an address, and is reached by some model', () => {
  const names = ROUTERS.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const row of ROUTERS) {
    assert.ok(row.evidence.length > 10, row.name)
    assert.match(row.url, /^http:\/\/192\.168\.\d+\.\d+$/)
    assert.ok(row.match !== null, row.name)
    const model = row.name === 'MF971' ? 'MF971V' : row.name
    assert.equal(findRouter(model, '').name, row.name)
  }
})

test('the generic profile decides nothing that a device can tell by its behaviour', () => {
  const { password, userField, token, dialect } = GENERIC_ROUTER
  assert.deepEqual([password, userField, token, dialect.hasBattery], [null, null, null, null])
})
