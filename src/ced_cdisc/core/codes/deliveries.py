"""What changed between two deliveries of raw data: ``code | title | what to do``, a line each."""

DELIVERIES = """
CED800 | a file that one delivery has | name the file in the contract as it is called now, or ask for it
CED801 | a column that one delivery has | list it in the contract, and map it or exclude it with a reason
CED802 | columns in another order (a note) | nothing; no line depends on it
CED803 | a column has values of another kind | look at its lines, then ask who delivered it
CED804 | a new value that the specs do not take | take it up in the line named, or correct the data
CED805 | new codes that nothing refuses (a note) | see whether conditions of the specs have to know them
CED806 | codes that no record has any more (a note) | see whether they are written in another way now
CED807 | records that one delivery has | ask why records are gone
CED808 | records that share a key | mend the data, or say under duplicates which is kept
CED809 | subjects that one delivery has | ask why subjects are gone
CED810 | numbers or texts beyond the former range | see whether units changed, or texts are too long
CED811 | dates beyond the former range, or after the snapshot | ask for later dates than the snapshot
CED812 | cells with another value in a record that both have | see whether the change was meant
CED813 | a file that is written otherwise | say delimiter and encoding in the contract
CED814 | a file that cannot be read | follow the message, which is that of a build
CED815 | a file without contract (a note) | declare it in sources.yaml if it matters
"""
