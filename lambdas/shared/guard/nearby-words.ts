import type { ScanText } from './scan-text';
import { PLACEHOLDER } from './span';

/** How far a word may stand before what it speaks of. */
const REACH = 32;

/** A placeholder cut in two by the window. */
const CUT_PLACEHOLDER = /^[A-Z0-9_]*\]/;

/**
 * Lower-case text before `index`; where it begins near the start, the key of the value comes first, so that
 * `{"phone": "..."}` reads like `phone: ...`. Placeholders are left out: `[PHONE]` says nothing about what follows it.
 */
export function textBefore({ text, key }: ScanText, index: number, reach = REACH): string {
  const window = text.slice(Math.max(0, index - reach), index);
  const words = window.includes(']') ? window.replace(PLACEHOLDER, ' ').replace(CUT_PLACEHOLDER, ' ') : window;
  return (index < reach && key !== '' ? `${keyWords(key)}: ${words}` : words).toLowerCase();
}

function keyWords(key: string): string {
  return key
    .slice(-2 * REACH)
    .replace(PLACEHOLDER, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]/g, ' ');
}

const COUNTED =
  'order|invoice|ticket|case|ref|reference|part|sku|serial|model|item|article|artikel|art|product|produkt|tracking|' +
  'shipment|parcel|account|acct|konto|rechnung|bestellung|bestell|auftrag|kunden|sendung|commande|facture|colis|pedido|' +
  'factura|ordine|fattura|isbn|issn|ean|upc|gtin|imei|iccid|doi|patent|version|build|zip|plz|postal|batch|lot|rma|po|vat|tax|' +
  'ein|abn|steuer|customer|booking|confirmation|transaction|session|request|code|pin|otp|licence|license|policy|claim|' +
  'docket|bug|issue|commit|timestamp|epoch|unix|port|size|bytes|amount|price|total|sum|id|uuid|row|page|cas|nsn|ext|extension|durchwahl|siret|siren|bic';
const LABEL = new RegExp(
  `(?:^|[^\\p{L}])(?:${COUNTED})s?(?:[ _-]{0,2}(?:numbers?|num|no|nr|n°|nummer|numéro|numero|número|id|code|key))?[\\s:#.=\\-"'(]*$`,
  'u',
);

/** The words right before say that this number counts something else: an order, an invoice, a version. */
export function labelledOtherwise(scan: ScanText, index: number): boolean {
  return LABEL.test(textBefore(scan, index));
}
