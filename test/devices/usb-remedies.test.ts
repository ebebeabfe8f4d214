import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeUsbProduct } from '../../src/devices/usb.ts'
import { identifyUsb, newIdCommand, usbModeswitchCommands } from '../../src/devices/usb-remedies.ts'

const MESSAGE_2000 = '55534243123456702000000080000c85010101180101010101000000000000'
const MESSAGE_1421 = '55534243123456782000000080000c85010101180101010101000000000000'

describe('usbModeswitchCommands', () => {
  const cases: [string, string, string[]][] = [
    ['ejects where ejecting is enough', '1225', ['usb_modeswitch -v 19d2 -p 1225 -K']],
    [
      'ejects and then sends the message',
      '2000',
      ['usb_modeswitch -v 19d2 -p 2000 -K', `usb_modeswitch -v 19d2 -p 2000 -M ${MESSAGE_2000}`],
    ],
    [
      'only sends the message where ejecting does nothing',
      '1421',
      [`usb_modeswitch -v 19d2 -p 1421 -M ${MESSAGE_1421}`],
    ],
  ]
  for (const [sentence, id, commands] of cases) {
    it(sentence, () => assert.deepEqual(usbModeswitchCommands(describeUsbProduct(id, [])), commands))
  }
})

describe('the remedy of a stick without serial ports', () => {
  const cases: [string, string, string[], RegExp[]][] = [
    [
      'says what a CD-ROM turns into',
      '1225',
      [],
      [/usb_modeswitch -v 19d2 -p 1225 -K/, /as 19d2:1405 in network mode: .*"zte2mqtt switch modem"/],
    ],
    ['says nothing of network mode where a modem comes back', '0115', [], [/It comes back as 19d2:0116\.$/]],
    ['does not list twenty-seven targets', '2000', [], [/comes back as another product id\./]],
    ['says nothing of targets nobody knows', '0033', ['08/06/50'], [/-p 0033 -K"\.$/]],
    [
      'offers MODE_SWITCH, and HTTP where the version knows it',
      '1405',
      [],
      [
        /goform_process\?goformId=MODE_SWITCH&switchCmd=FACTORY.*if docs\/configuration\.md .* lists "transport: http"\.$/,
        /never does that by itself/,
      ],
    ],
    ['gives the new_id line for a modem no driver took', '0016', ['ff/ff/ff'], [/echo 19d2 0016 > .*option1\/new_id$/]],
    ['gives the new_id line with a doubt for an unknown id', '9995', [], [/not known here.*echo 19d2 9995/]],
    ['says that a boot loader cannot be helped from here', '0076', [], [/plug it in again/]],
  ]
  for (const [sentence, id, classes, patterns] of cases) {
    it(sentence, () => {
      for (const pattern of patterns) assert.match(identifyUsb(id, classes).remedy, pattern)
    })
  }

  it('loads the driver before it teaches it an id', () => {
    assert.equal(newIdCommand('0016'), 'modprobe option; echo 19d2 0016 > /sys/bus/usb-serial/drivers/option1/new_id')
  })
})
