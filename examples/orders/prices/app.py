import json
import os
from decimal import Decimal

PRICES = {"tea": Decimal("4.20"), "coffee": Decimal("5.50"), "cup": Decimal("12.00")}


def handler(event, context):
    sku = event["pathParameters"]["sku"]
    price = PRICES.get(sku)
    if price is None:
        return answer(404, {"message": f"No price for {sku}"})
    quantity = (event["queryStringParameters"] or {}).get("quantity", "1")
    if not quantity.isdigit():
        return answer(400, {"message": "quantity must be a whole number"})
    total = price * int(quantity)
    return answer(200, {"sku": sku, "quantity": int(quantity), "total": f"{total:.2f}", "currency": os.environ["CURRENCY"]})


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
