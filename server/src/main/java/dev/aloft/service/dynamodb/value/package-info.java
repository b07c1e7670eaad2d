/**
 * Attribute values: what DynamoDB accepts ({@link dev.aloft.service.dynamodb.value.Values}), its numbers of 38 digits
 * ({@link dev.aloft.service.dynamodb.value.Numbers}), how large an item is ({@link
 * dev.aloft.service.dynamodb.value.ItemSize}) and how it is kept as bytes ({@link
 * dev.aloft.service.dynamodb.value.ItemCodec}). Values are the generated {@code DynamoDb.AttributeValue}; everything
 * behind this package's check is normalised: numbers in one spelling, sets without duplicates.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html">
 *     Supported data types</a>
 */
package dev.aloft.service.dynamodb.value;
