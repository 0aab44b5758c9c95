/** A Mail Receiver that is known to many Domain Owners. Names and domains in lower case. */
export interface KnownReporter {
  /** For people. */
  readonly name: string;
  /** What it writes as `org_name`, whole, where that is no domain name. */
  readonly names: readonly string[];
  /** Organizational Domains that its report mail may authenticate as. */
  readonly domains: readonly string[];
  /** Its other Organizational Domains, mostly those of its customers' mailboxes: no reports are known to come from them. */
  readonly otherDomains: readonly string[];
}

/** Without names: it reports under its domain names. */
function reporter(
  name: string,
  domains: string,
  more: { readonly names?: readonly string[]; readonly otherDomains?: string } = {},
): KnownReporter {
  const { names = [], otherDomains = '' } = more;
  return { name, names, domains: words(domains), otherDomains: words(otherDomains) };
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

/**
 * Names and addresses as seen in public sample reports and in what postmasters say of their mailboxes. Left out: domains
 * under which customers run hosts or tenants of their own (iphmx.com, onmicrosoft.com, amazonaws.com, ovh.net …), since
 * honest customers report under those, and products that report under the name of whoever runs them.
 */
const SEEN: readonly KnownReporter[] = [
  reporter('Google', 'google.com', {
    names: ['google', 'google inc', 'google, inc.', 'google inc.', 'google llc'],
  }),
  reporter('Microsoft', 'microsoft.com office365.com', {
    names: ['enterprise outlook', 'microsoft', 'microsoft corporation', 'microsoft corp.'],
    otherDomains: 'outlook.com hotmail.com live.com msn.com',
  }),
  reporter('Yahoo', 'yahoo.com yahooinc.com yahoo-inc.com aol.com oath.com verizonmedia.com', {
    names: ['yahoo', 'yahoo!', 'yahoo inc', 'yahoo inc.', 'yahoo! inc.', 'aol', 'aol inc.'],
    otherDomains: 'ymail.com rocketmail.com aim.com',
  }),
  reporter('GMX, WEB.DE and mail.com', 'gmx.net web.de mail.com', {
    names: ['gmx'],
    otherDomains: 'gmx.com gmx.de gmx.at gmx.ch 1und1.de 1and1.com ionos.com ionos.de united-internet.de',
  }),
  reporter('Mail.ru', 'mail.ru vk.company', {
    names: ['mail.ru group'],
    otherDomains: 'vk.com bk.ru inbox.ru list.ru',
  }),
  reporter('Amazon SES', 'amazonses.com amazon.com', { names: ['amazon-ses', 'amazon ses'] }),
  reporter('Mimecast', 'mimecastreport.com mimecast.com', { names: ['mimecast'] }),
  reporter('Comcast', 'comcast.net comcast.com', { names: ['comcast'], otherDomains: 'xfinity.com' }),
  reporter('Rackspace', 'emailsrvr.com rackspace.com'),
  reporter('Fastmail', 'fastmaildmarc.com fastmailteam.com', {
    names: ['fastmail', 'fastmail pty ltd'],
    otherDomains: 'fastmail.com fastmail.fm messagingengine.com',
  }),
  reporter('GoDaddy', 'secureserver.net godaddy.com', { names: ['godaddy'] }),
  reporter('LinkedIn', 'linkedin.com', { names: ['linkedin', 'linkedin corporation'] }),
  reporter('Zoho', 'zoho.com zoho.eu zoho.in zohocorp.com', {
    names: ['zoho'],
    otherDomains: 'zohomail.com',
  }),
  reporter('Cisco', 'cisco.com'),
  reporter('Seznam.cz', 'seznam.cz', {
    names: ['seznam', 'seznam.cz a.s.', 'seznam.cz, a.s.'],
    otherDomains: 'email.cz post.cz',
  }),
  reporter('Wirtualna Polska', 'wp.pl o2.pl', {
    names: ['wirtualna polska'],
    otherDomains: 'tlen.pl go2.pl',
  }),
  reporter('NetEase', '163.com 126.com yeah.net netease.com', { otherDomains: '188.com' }),
  reporter('KDDI', 'kddi.com', { otherDomains: 'au.com ezweb.ne.jp' }),
  // Its reports are sent by a service.
  reporter('NTT Docomo', 'docomo.ne.jp nttdocomo.com dmarc25.jp', { names: ['ntt docomo'] }),
  reporter('GMO Pepabo', 'heteml.jp lolipop.jp muumuu-domain.com pepabo.com', {
    names: ['gmo pepabo, inc.'],
  }),
  reporter('XS4ALL', 'xs4all.net kpn.com', { names: ['xs4all'], otherDomains: 'xs4all.nl kpnmail.nl' }),
  reporter('Infomaniak', 'infomaniak.com infomaniak.ch', { names: ['infomaniak'], otherDomains: 'ik.me' }),
  // With its full stop; without, it is a colour and many places.
  reporter('Orange', 'orange.com', { names: ['orange.'], otherDomains: 'orange.fr wanadoo.fr' }),
  reporter('Aruba', 'aruba.it'),
  reporter('Bell Canada', 'bell.ca', { otherDomains: 'bell.net sympatico.ca' }),
  reporter('Soverin', 'soverin.net', { names: ['soverin'] }),
  reporter('GoSecure', 'gosecure.net'),
  reporter('SpamExperts', 'antispamcloud.com spamexperts.com'),
  reporter('Artfiles', 'artfiles.de', { names: ['artfiles new media gmbh'] }),
  reporter('inexio', 'inexio.net'),
  reporter('Tecnocrática', 'tecnocratica.net', { names: ['tecnocratica dmarc report'] }),
  reporter('Hostway', 'iphostway.net'),
  reporter('DENIC', 'denic.de'),
  reporter('Desjardins', 'desjardins.com'),
  reporter('Marriott', 'marriott.com'),
  reporter('Société Générale', 'socgen.com'),
  reporter('Case Western Reserve University', 'case.edu', { names: ['cwru'] }),
  reporter('Università di Pisa', 'unipi.it'),
  reporter('Ruhr-Universität Bochum', 'ruhr-uni-bochum.de'),
];

/** Large providers of whose reports nothing was at hand: others must not use their domains as a name. */
const UNSEEN: readonly KnownReporter[] = [
  reporter('Apple', '', { otherDomains: 'apple.com icloud.com me.com mac.com' }),
  reporter('AT&T', '', { otherDomains: 'att.com att.net sbcglobal.net bellsouth.net' }),
  reporter('Charter', '', { otherDomains: 'charter.com charter.net spectrum.net' }),
  reporter('Cox', '', { otherDomains: 'cox.com cox.net' }),
  reporter('Verizon', '', { otherDomains: 'verizon.com verizon.net' }),
  reporter('Proton', '', { otherDomains: 'proton.me proton.ch protonmail.com protonmail.ch pm.me' }),
  reporter('Deutsche Telekom', '', { otherDomains: 'telekom.de telekom.com t-online.de magenta.de' }),
  reporter('freenet', '', { otherDomains: 'freenet.de freenet.ag' }),
  reporter('Posteo', '', { otherDomains: 'posteo.de posteo.net' }),
  reporter('mailbox.org', '', { otherDomains: 'mailbox.org heinlein-support.de' }),
  reporter('La Poste', '', { otherDomains: 'laposte.net laposte.fr' }),
  reporter('Free', '', { otherDomains: 'free.fr iliad.fr' }),
  reporter('SFR', '', { otherDomains: 'sfr.fr sfr.com neuf.fr' }),
  reporter('Onet', '', { otherDomains: 'onet.pl onet.eu op.pl vp.pl' }),
  reporter('Interia', '', { otherDomains: 'interia.pl interia.eu' }),
  reporter('Yandex', '', { otherDomains: 'yandex.ru yandex.com yandex.net ya.ru yandex-team.ru' }),
  reporter('Ziggo', '', { otherDomains: 'ziggo.nl vodafoneziggo.com' }),
  reporter('Telstra', '', { otherDomains: 'telstra.com telstra.com.au bigpond.com bigpond.net.au' }),
  reporter('Naver', '', { otherDomains: 'naver.com navercorp.com' }),
  reporter('Tencent', '', { otherDomains: 'qq.com foxmail.com tencent.com' }),
];

export const REPORTERS: readonly KnownReporter[] = [...SEEN, ...UNSEEN];

/**
 * Domains from which reports come, and at which others have mailboxes too: students, subscribers, anybody with a free
 * account. Mail from there authenticates whoever wrote it, so the reporter's name on it proves less.
 */
export const SHARED_MAILBOXES: readonly string[] = [
  ...words(
    'yahoo.com aol.com gmx.net web.de mail.com mail.ru comcast.net secureserver.net zoho.com zoho.eu zoho.in',
  ),
  ...words(
    'seznam.cz wp.pl o2.pl 163.com 126.com yeah.net docomo.ne.jp heteml.jp lolipop.jp muumuu-domain.com',
  ),
  ...words('xs4all.net kpn.com aruba.it infomaniak.ch emailsrvr.com case.edu unipi.it ruhr-uni-bochum.de'),
];
