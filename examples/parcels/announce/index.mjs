// Tells the bus of each parcel that is new in the table.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

const events = new EventBridgeClient({});

export const handler = async ({ Records }) => {
  const entries = Records.map(({ dynamodb: { NewImage } }) => ({
    EventBusName: process.env.BUS,
    Source: 'parcels',
    DetailType: 'ParcelRegistered',
    Detail: JSON.stringify({ id: NewImage.id.S, kilograms: Number(NewImage.kilograms.N) }),
  }));
  for (let i = 0; i < entries.length; i += 10) {
    const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: entries.slice(i, i + 10) }));
    if (FailedEntryCount > 0) {
      throw new Error(`${FailedEntryCount} events were not taken`);
    }
  }
};
