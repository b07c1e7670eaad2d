import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";

const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));

// Lambda delivers an asynchronous event at least once: if_not_exists makes the second time harmless.
export const handler = async ({ orderId }, context) => {
  await dynamodb.send(new UpdateCommand({
    TableName: process.env.TABLE_NAME,
    Key: { id: orderId },
    UpdateExpression: "SET receipt = if_not_exists(receipt, :receipt)",
    ConditionExpression: "attribute_exists(id)",
    ExpressionAttributeValues: { ":receipt": { number: context.awsRequestId, writtenAt: new Date().toISOString() } },
  }));
  console.log(`Receipt written for order ${orderId}`);
};
