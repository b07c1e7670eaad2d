/**
 * Amazon SNS: topics, subscriptions, messages.
 *
 * <pre>
 *   Publish ─► Publishing: who wants it (Filter)?          what goes to people ─► Mailbox
 *                  │ one commit: the message and a promise a subscription
 *                  ▼
 *              Outgoing (kernel/delivery) ─► Couriers ─► queue, function, URL, stream
 *                  │ given up                     Notification: the document · Signer: its signature
 *                  ▼
 *              the subscription's dead-letter queue
 * </pre>
 *
 * Mail, text messages and push notifications stay on this machine, in a mailbox that a person can look at. Data
 * protection policies are kept and told, not applied.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/welcome.html">Amazon SNS Developer Guide</a>
 */
package dev.aloft.service.sns;
