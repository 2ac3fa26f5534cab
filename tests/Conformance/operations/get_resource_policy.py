from conformance import *


@case
def a_policy_is_given_back_as_it_was_put():
    arn = arn_of(stream())
    policy = '  {"Statement":[{"Effect":"Allow","Principal":"*","Action":"kinesis:Get*","Resource":"*"}]}'
    kinesis.put_resource_policy(ResourceARN=arn, Policy=policy)
    equal(policy, kinesis.get_resource_policy(ResourceARN=arn)["Policy"])


@case
def without_one_it_is_empty():
    created = stream()
    for resource in (arn_of(created), consumer(created)):
        equal("{}", kinesis.get_resource_policy(ResourceARN=resource)["Policy"])


@case
def the_resource_must_be_named_and_there():
    expect_resource(kinesis.get_resource_policy)
