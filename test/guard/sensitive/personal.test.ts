import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCardNumber, passesLuhn } from '../../../lambdas/shared/guard/sensitive/card-number';
import { passesMod97 } from '../../../lambdas/shared/guard/sensitive/iban';
import { isAddress } from '../../../lambdas/shared/guard/sensitive/ipv6';
import { found } from './found';

describe('cards', () => {
  test('any digits have exactly one check digit that passes Luhn', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{12,18}$/), (body) => {
        const passing = [...'0123456789'].filter((digit) => passesLuhn(body + digit));
        expect(passing).toHaveLength(1);
      }),
    );
  });

  test('a single mistyped digit never passes Luhn', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const digits = [...'4111111111111111'];
        digits[at] = String((Number(digits[at]) + by) % 10);
        expect(passesLuhn(digits.join(''))).toBe(false);
      }),
    );
  });

  test('a number of no issuer or of a length the issuer does not give out is none', () => {
    expect(isCardNumber('4111111111111111')).toBe(true);
    expect(passesLuhn('41111111111111113')).toBe(true);
    expect(isCardNumber('41111111111111113')).toBe(false);
    expect(passesLuhn('1234567812345670')).toBe(true);
    expect(isCardNumber('1234567812345670')).toBe(false);
    expect(passesLuhn('490154203237518')).toBe(true);
    expect(isCardNumber('490154203237518')).toBe(false);
  });

  test('every separator between every two digits is found', () => {
    fc.assert(
      fc.property(fc.constantFrom(' ', '-', '\u00a0', '\u2013', '\u2011', '\u3000'), (separator) => {
        const card = ['4111', '1111', '1111', '1111'].join(separator);
        expect(found('CARD', `pay ${card} now`)).toEqual([card]);
        const single = [...'4111111111111111'].join(separator);
        expect(found('CARD', `pay ${single} now`)).toEqual([single]);
      }),
    );
  });

  test('an invisible character between any two digits hides nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 15 }),
        fc.constantFrom('\u200b', '\u200d', '\ufeff', '\u00ad', '\u2060'),
        (at, hidden) => {
          const card = `${'4111111111111111'.slice(0, at)}${hidden}${'4111111111111111'.slice(at)}`;
          expect(found('CARD', `pay ${card}.`)).toEqual([card]);
        },
      ),
    );
  });

  test('digits of every script are digits', () => {
    for (const zero of [0x660, 0x6f0, 0x966, 0xe50, 0xff10, 0x1d7ce, 0x1d7ec, 0x1fbf0]) {
      const card = [...'4111111111111111'].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');
      expect(found('CARD', `pay ${card} now`), zero.toString(16)).toEqual([card]);
    }
  });
});

describe('IBANs', () => {
  test('exchanging two neighbouring digits breaks the check', () => {
    expect(passesMod97('DE89370400440532013000')).toBe(true);
    expect(passesMod97('DE89370400440523013000')).toBe(false);
  });

  test('the check digits belong to a country whose length it has', () => {
    expect(found('IBAN', 'DE89370400440532013000')).toHaveLength(1);
    expect(found('IBAN', 'DE893704004405320130001')).toEqual([]);
    expect(found('IBAN', 'QQ89370400440532013000')).toEqual([]);
  });
});

describe('IPv6 addresses', () => {
  test.each([
    '::1',
    '1::',
    '2001:db8::1',
    '1:2:3:4:5:6:7:8',
    '::ffff:192.0.2.1',
    '1:2:3:4:5:6:192.0.2.1',
    '1:2:3:4:5:6:7::',
  ])('%s is one', (address) => expect(isAddress(address)).toBe(true));

  test.each([
    '::',
    ':',
    '1',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '1:2:3:4:5:6:7:256.0.0.1',
    ':1::2',
    '1::2:',
  ])('%s is none', (address) => expect(isAddress(address)).toBe(false));

  test('every way of compressing an address is found', () => {
    const groups = fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(groups, fc.nat(6), (numbers, cut) => {
        const hex = numbers.map((number) => number.toString(16));
        const at = Math.min(cut, hex.length);
        const address = `2001:${hex.slice(0, at).join(':')}::${hex.slice(at).join(':')}`.replace(':::', '::');
        expect(found('IPV6', `ip ${address} up`)).toEqual([address]);
      }),
    );
  });
});

describe('words nearby', () => {
  test('the key of a value counts as a word before it', () => {
    expect(found('US_SSN', '123456789', 'ssn')).toEqual(['123456789']);
    expect(found('US_SSN', '123456789', 'socialSecurityNumber')).toEqual(['123456789']);
    expect(found('US_SSN', '123456789', 'orderNumber')).toEqual([]);
    expect(found('PHONE', '2125550142', 'mobile_phone')).toEqual(['2125550142']);
    expect(found('PHONE', '2125550142', 'phoneNumber')).toEqual(['2125550142']);
    expect(found('PHONE', '2125550142', 'ticketId')).toEqual([]);
  });

  test('a placeholder says nothing about what follows it', () => {
    expect(found('PHONE', 'phone 2125550142')).toEqual(['2125550142']);
    expect(found('PHONE', '[PHONE] 2125550142')).toEqual([]);
    expect(found('US_SSN', 'ssn 123456789')).toEqual(['123456789']);
    expect(found('US_SSN', '[US_SSN] 123456789')).toEqual([]);
  });

  test('a word further away than a line says nothing', () => {
    expect(found('PHONE', `phone ${'and so on '.repeat(5)} 2125550142`)).toEqual([]);
  });
});
