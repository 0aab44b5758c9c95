import { describe, expect, it } from 'vitest';
import { signedHeaders } from './signed-headers.js';

describe('signedHeaders', () => {
  it('signs as Standard Webhooks has it', () => {
    // The example of its specification.
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body: '{"test": 2432232314}',
      now: 1_614_265_330_999,
    };
    expect(signedHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('takes any other secret as it is, and signs each part', () => {
    const message = { id: 'a', body: '{}', now: 0 };
    const signatures = [
      signedHeaders('secret', message),
      signedHeaders('other', message),
      signedHeaders('secret', { ...message, id: 'b' }),
      signedHeaders('secret', { ...message, body: '{ }' }),
      signedHeaders('secret', { ...message, now: 1000 }),
    ].map((headers) => headers['webhook-signature']);
    expect(new Set(signatures).size).toBe(5);
  });
});
