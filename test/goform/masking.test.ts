import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskAnswer, maskRequest } from '../../src/goform/masking.ts'

const write = (body: string) => maskRequest({ method: 'POST', target: '/goform/goform_set_cmd_process', body })

test('a readout shows what is asked for', () => {
  const target = '/goform/goform_get_cmd_process?isTest=false&multi_data=1&cmd=network_type,signalbar&_=1794567890123'
  assert.equal(
    maskRequest({ method: 'GET', target, body: null }),
    'GET /goform/goform_get_cmd_process?isTest=false&multi_data=1&cmd=network_type,signalbar&_=<13>',
  )
})

for (const [body, shown] of [
  ['isTest=false&goformId=LOGIN&password=c2VjcmV0', 'isTest=false&goformId=LOGIN&password=<8>'],
  ['goformId=LOGIN&username=admin&password=', 'goformId=LOGIN&username=<5>&password='],
  [
    'goformId=SEND_SMS&Number=%2B447700900123&MessageBody=0048&ID=-1',
    'goformId=SEND_SMS&Number=<15>&MessageBody=<4>&ID=-1',
  ],
  ['goformId=ENTER_PIN&PinNumber=1234', 'goformId=ENTER_PIN&PinNumber=<4>'],
  ['goformId=X&AD=a=b', 'goformId=X&AD=<3>'],
] as const) {
  test(`a write shows what it is and not what it carries: ${body}`, () => {
    assert.equal(write(body), `POST /goform/goform_set_cmd_process ${shown}`)
  })
}

for (const [body, shown] of [
  [
    '{"network_type":"LTE","signalbar":"4","lte_rsrp":-98,"imei":"863071010123456"}',
    '{"network_type":"LTE","signalbar":"4","lte_rsrp":-98,"imei":"<15>"}',
  ],
  [
    '{"result":"success","RD":"a1b2c3","wifi_password":"hello"}',
    '{"result":"success","RD":"<6>","wifi_password":"<5>"}',
  ],
  [
    '{"messages":[{"id":"7","number":"+447700900123","content":"0048"}]}',
    '{"messages":[{"id":"7","number":"<13>","content":"<4>"}]}',
  ],
  ['{"loginfo":null,"msisdn":447700900123}', '{"loginfo":null,"msisdn":"<12>"}'],
  ['<html>admin</html>', '<18>'],
  ['{"content":"00', '<14>'],
  ['', ''],
] as const) {
  test(`an answer shows words of the firmware and small numbers: ${body}`, () => {
    assert.equal(maskAnswer(200, Buffer.from(body)), `200 ${shown}`)
  })
}

test('what is long is cut', () => {
  const body = JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`item_${index}`, '1'])))
  assert.equal(maskAnswer(200, Buffer.from(body)).length, 401)
})
