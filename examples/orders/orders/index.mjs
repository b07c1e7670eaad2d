import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const table = process.env.TABLE_NAME;
const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const lambda = new LambdaClient({});

export const handler = async (event) => {
  switch (event.routeKey) {
    case "POST /orders":
      return create(event);
    case "GET /orders/{id}":
      return show(event.pathParameters.id);
    case "GET /orders":
      return list();
    default:
      return answer(404, { message: `No route ${event.routeKey}` });
  }
};

async function create(event) {
  let wanted;
  try {
    wanted = JSON.parse(text(event));
  } catch {
    return answer(400, { message: "The body must be JSON, such as {\"sku\": \"tea\", \"quantity\": 2}" });
  }
  if (typeof wanted?.sku !== "string" || !(Number.isInteger(wanted.quantity) && wanted.quantity > 0)) {
    return answer(400, { message: "An order needs a sku and a quantity of 1 or more" });
  }
  const order = { id: randomUUID(), sku: wanted.sku, quantity: wanted.quantity, placedAt: new Date().toISOString() };
  await dynamodb.send(new PutCommand({ TableName: table, Item: order, ConditionExpression: "attribute_not_exists(id)" }));
  await lambda.send(new InvokeCommand({
    FunctionName: process.env.RECEIPTS_FUNCTION,
    InvocationType: "Event",
    Payload: JSON.stringify({ orderId: order.id }),
  }));
  return answer(201, order);
}

async function show(id) {
  const { Item: order } = await dynamodb.send(new GetCommand({ TableName: table, Key: { id } }));
  return order ? answer(200, order) : answer(404, { message: `No order ${id}` });
}

async function list() {
  const { Items: orders } = await dynamodb.send(new ScanCommand({ TableName: table }));
  return answer(200, orders.sort((a, b) => a.placedAt.localeCompare(b.placedAt)));
}

// An HTTP API hands over encoded what does not say that it is JSON or text, such as curl's -d without a content type.
function text({ body = "", isBase64Encoded }) {
  return isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
}

function answer(statusCode, body) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
